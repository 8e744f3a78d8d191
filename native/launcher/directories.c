/* The directories of a start that is repeated, granted as runtime/grants-mounts.ts grants them: for root each is a
 * mount of its own, in which its owner's files are the container's. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "launcher.h"

/* linux/fcntl.h can't be included beside fcntl.h. */
#define AT_RECURSIVE 0x8000
#define AT_EMPTY_PATH 0x1000

static long openPath(const char* path) {
  const long fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* One that may be entered but not listed. */
  return fd == -EACCES ? SYS(openat, AT_FDCWD, path, 010000000 /* O_PATH */ | O_DIRECTORY | O_CLOEXEC) : fd;
}

static long ofProcess(long pid, const char* name, int flags) {
  char path[64], number[24];
  JOIN(path, "/proc/", decimal(number, pid), "/", name);
  return SYS(openat, AT_FDCWD, path, flags | O_CLOEXEC);
}

/* `from` outside is `to` inside, and nobody else is anybody. */
static int writeMap(long pid, const char* name, uint32_t from, uint32_t to) {
  char map[64], outside[24], inside[24];
  const long fd = ofProcess(pid, name, O_WRONLY);
  if (fd < 0) return 0;
  JOIN(map, decimal(outside, from), " ", decimal(inside, to), " 1");
  const long bytes = (long)stringLength(map);
  const long n = SYS(write, fd, map, bytes);
  SYS(close, fd);
  return n == bytes;
}

/* A namespace needs a process to be born in. */
static int openIdMap(const struct stat* owner, uint32_t id) {
  struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  const long parent = SYS(getpid), pid = SYS(clone3, &args, sizeof args);
  if (pid < 0) return -1;
  if (pid == 0) {
    /* The container's channel among them. */
    SYS(close_range, 0, ~0u, 0);
    SYS(prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (SYS(getppid) == parent) SYS(ppoll, NULL, 0, NULL, NULL, 0);
    for (;;) SYS(exit_group, 0);
  }
  int fd = -1;
  if (writeMap(pid, "uid_map", owner->st_uid, id) && writeMap(pid, "gid_map", owner->st_gid, id))
    fd = (int)ofProcess(pid, "ns/user", O_RDONLY);
  SYS(kill, pid, SIGKILL);
  SYS(wait4, pid, NULL, 0, NULL);
  return fd;
}

static long cloneTree(int fd, uint64_t attributes, int idMap, int scope) {
  /* Private: no mount travels to the host's nor back. */
  const struct mount_attr attr = {attributes | MOUNT_ATTR_IDMAP, 0, MS_PRIVATE, (uint64_t)idMap};
  const long tree = SYS(open_tree, fd, "", OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH | scope);
  if (tree < 0) return tree;
  const long error = SYS(mount_setattr, tree, "", AT_EMPTY_PATH | scope, &attr, sizeof attr);
  if (error == 0) return tree;
  SYS(close, tree);
  return error;
}

static long mapped(int fd, uint64_t attributes, uint32_t id) {
  struct stat st;
  if (SYS(fstat, fd, &st) != 0) return -EBADF;
  const int idMap = openIdMap(&st, id);
  if (idMap < 0) return -EPERM;
  long tree = cloneTree(fd, attributes, idMap, AT_RECURSIVE);
  /* What is mounted beneath, and can't be id-mapped, stays out of reach. */
  if (tree == -EINVAL) tree = cloneTree(fd, attributes, idMap, 0);
  SYS(close, idMap);
  return tree;
}

int openDirectories(struct Given* given, const struct Repeat* record) {
  for (uint32_t i = 0; i < record->directories; i++) {
    const long fd = openPath(record->directory[i].path);
    if (fd < 0) return 0;
    given->fds[given->count++] = (int)fd;
  }
  return 1;
}

int mountDirectories(int trees[REPEAT_DIRECTORIES], const struct Given* given, const struct Repeat* record,
                     uint32_t id) {
  const int* opened = given->fds + given->count - record->directories;
  for (uint32_t i = 0; i < record->directories; i++) {
    const long tree = mapped(opened[i], record->directory[i].attributes, id);
    trees[i] = (int)tree;
    if (tree >= 0) continue;
    while (i > 0) SYS(close, trees[--i]);
    return 0;
  }
  return 1;
}
