// Detached mounts, of which a container's root is made.
#include <fcntl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdint>
#include <cstring>

#include "attempts.h"
#include "sys.h"

namespace probe {
namespace {

constexpr unsigned kEmptyPath = 0x1000, kOpenTreeClone = 1;

/** With all that is mounted beneath: in a user namespace of one's own these mounts are locked together. */
long cloneOfRoot() {
  constexpr unsigned kRecursive = 0x8000;
  return syscall(SYS_open_tree, AT_FDCWD, "/", kOpenTreeClone | kRecursive | O_CLOEXEC);
}

struct MountAttr {
  uint64_t set, clear, propagation, usernsFd;
};

int setAttributes(MountAttr attr) {
  sys::OwnFd tree(static_cast<int>(cloneOfRoot()));
  if (!tree.valid()) return -errno;
  return result(syscall(SYS_mount_setattr, tree.get(), "", kEmptyPath, &attr, sizeof attr));
}

}  // namespace

int openTree() {
  return withNamespaces(CLONE_NEWNS, [] { return opened(cloneOfRoot()); });
}

int mountSetattr() {
  return withNamespaces(CLONE_NEWNS, [] { return setAttributes({MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0}); });
}

/** Of the root file system: each kind of file system has to support it. Needs the real root. */
int idmappedMounts() {
  long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0)
    for (;;) pause();
  if (pid < 0) return -errno;
  char path[48] = "/proc/", map[] = "0 0 1";
  appendNumber(path, static_cast<unsigned>(pid));
  size_t stem = strlen(path);
  int got = kWorks;
  for (const char* name : {"/uid_map", "/gid_map"}) {
    strcpy(path + stem, name);
    if (got == kWorks) got = writeFile(path, map);
  }
  strcpy(path + stem, "/ns/user");
  sys::OwnFd userns(open(path, O_RDONLY | O_CLOEXEC));
  if (got == kWorks) got = setAttributes({MOUNT_ATTR_IDMAP, 0, 0, static_cast<uint64_t>(userns.get())});
  kill(static_cast<pid_t>(pid), SIGKILL);
  waitpid(static_cast<pid_t>(pid), nullptr, 0);
  return got;
}

int tmpfs() {
  return withNamespaces(CLONE_NEWNS, [] {
    sys::OwnFd fs(static_cast<int>(syscall(SYS_fsopen, "tmpfs", 1)));
    if (!fs.valid() || syscall(SYS_fsconfig, fs.get(), 6, nullptr, nullptr, 0) < 0) return -errno;  // CMD_CREATE
    return opened(syscall(SYS_fsmount, fs.get(), 1, 0));
  });
}

}  // namespace probe
