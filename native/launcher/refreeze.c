#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "launcher.h"

/* After a failure that left its reason in the lock file. */
#define RETRY_SECONDS 3600
#define NICENESS 10

/* Descriptors of the freezing process; runtime/frozen/freeze.ts gets the first three numbers. */
enum { FOLDER = 3, IDENTITY = 4, LOCK = 5, ADDON = FROZEN_ADDON_FD, DESCRIPTORS = 4 };

/* Held as long as the freezing process lives. */
static int openLock(int folder, const char* name, int wait) {
  char file[80];
  JOIN(file, name, ".lock");
  long fd = SYS(openat, folder, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  struct stat st;
  struct timespec now = {0, 0};
  SYS(clock_gettime, CLOCK_REALTIME, &now);
  int failedBefore = SYS(fstat, fd, &st) == 0 && st.st_size > 0 && now.tv_sec - st.st_mtim.tv_sec < RETRY_SECONDS;
  if ((wait || !failedBefore) && SYS(flock, fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0) return (int)fd;
  SYS(close, fd);
  return -1;
}

static int identityFile(const struct FrozenIdentity* identity) {
  long fd = SYS(memfd_create, "wasmctr-identity", 1 /* MFD_CLOEXEC */);
  if (fd >= 0) SYS(write, fd, identity, sizeof *identity);
  return (int)fd;
}

/* libuv would make rings whose memory is shared with the kernel: those can't be frozen. It works without. */
static void refuseRings(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 38 /* ENOSYS */),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  SYS(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  SYS(prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* Nothing of the caller's: no descriptor, folder, terminal, argument or environment. */
static void leaveCaller(const int given[DESCRIPTORS]) {
  long high[DESCRIPTORS];
  for (int i = 0; i < DESCRIPTORS; i++) high[i] = SYS(fcntl, given[i], F_DUPFD, 10);
  for (int i = 0; i < DESCRIPTORS; i++) SYS(dup3, high[i], FOLDER + i, 0);
  SYS(close_range, ADDON + 1, ~0u, 0);
  for (int fd = 0; fd < 3; fd++) SYS(close, fd);
  /* Node's own descriptors then begin where the caller of a later run has none. */
  for (int fd = -1; fd < FROZEN_FIRST_FD - 1;) {
    fd = (int)SYS(openat, AT_FDCWD, "/dev/null", O_RDWR);
    if (fd < 0) break;
  }
  uint64_t none = 0;
  SYS(rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
  SYS(chdir, "/");
  SYS(umask, 077);
  SYS(setpriority, PRIO_PROCESS, 0, NICENESS);
}

static int openAddon(const struct Node* node) {
  static char path[PATH_BYTES];
  if (!JOIN(path, node->root, "/native/build/wasmctr.node")) return -1;
  return (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

static long forkHere(void) {
  return SYS(clone, SIGCHLD, 0, 0, 0, 0);
}

void refreeze(const struct Caller* caller, const struct Node* node, const char* name,
              const struct FrozenIdentity* identity, int wait) {
  int folder = openFolder(caller, 1);
  if (folder < 0) return;
  int lock = openLock(folder, name, wait);
  int file = lock < 0 ? -1 : identityFile(identity);
  int addon = file < 0 ? -1 : openAddon(node);
  long child = addon < 0 ? -1 : forkHere();
  if (child == 0) {
    SYS(setsid);
    /* Twice, so that it is not our child: the supervisor, which this process becomes, waits for containers only. */
    if (!wait && forkHere() != 0) SYS(exit_group, 0);
    static struct Node freezer;
    freezer = *node;
    leaveCaller((const int[DESCRIPTORS]){folder, file, lock, addon});
    refuseRings();
    addArgument(&freezer, "freeze");
    addArgument(&freezer, "3");
    addArgument(&freezer, "4");
    addArgument(&freezer, "5");
    addArgument(&freezer, name);
    const char* const environment[] = {"LD_PRELOAD=" FROZEN_PRELOAD, NULL};
    execNode(&freezer, environment);
  }
  if (child > 0) SYS(wait4, child, NULL, 0, NULL);
  SYS(close, folder);
  if (lock >= 0) SYS(close, lock);
  if (file >= 0) SYS(close, file);
  if (addon >= 0) SYS(close, addon);
}
