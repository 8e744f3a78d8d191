/* The container beside its supervisor: both come from the image, and neither has the other's memory copied. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include "launcher.h"

/* Above the numbers that a guest takes for its stdio. */
static int aside(long fd) {
  long moved = fd < 0 ? fd : SYS(fcntl, fd, F_DUPFD_CLOEXEC, 10);
  if (fd >= 0) SYS(close, fd);
  return (int)moved;
}

/* What template.ts asks of a fork; but here, where hardly a page is in memory yet. Where it is refused the supervisor
 * forks as it always does, and says what is wrong. */
static long cloneContainer(int isRoot, int* pidfd) {
  struct clone_args args = {.flags = CLONE_NEWPID | (isRoot ? 0 : CLONE_NEWUSER) | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
                            .pidfd = (uint64_t)pidfd,
                            .exit_signal = SIGCHLD};
  return SYS(clone3, &args, sizeof args);
}

void divide(struct FrozenStart* told, int argumentsFd) {
  int ends[2];
  int pidfd = -1;
  const int isRoot = SYS(geteuid) == 0;
  told->role = FROZEN_ALONE;
  if (SYS(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return;
  const int ours = aside(ends[0]), theirs = aside(ends[1]);
  const long pid = ours < 0 || theirs < 0 ? -EMFILE : cloneContainer(isRoot, &pidfd);
  if (pid >= 0) told->role = pid == 0 ? FROZEN_CONTAINER : FROZEN_SUPERVISOR;
  if (told->role != FROZEN_SUPERVISOR && ours >= 0) SYS(close, ours);
  if (told->role != FROZEN_CONTAINER && theirs >= 0) SYS(close, theirs);
  told->controlFd = told->role == FROZEN_CONTAINER ? theirs : ours;
  if (told->role == FROZEN_CONTAINER) SYS(close, argumentsFd);
  if (told->role != FROZEN_SUPERVISOR) return;
  struct timespec now = {0, 0};
  SYS(clock_gettime, CLOCK_MONOTONIC, &now);
  told->container = (struct FrozenContainer){.pid = (int32_t)pid,
                                             .pidfd = aside(pidfd),
                                             .ownsUsers = !isRoot,
                                             .forkedNs = now.tv_sec * 1000000000ll + now.tv_nsec};
}

void undivide(const struct FrozenStart* told) {
  if (told->role == FROZEN_CONTAINER) SYS(exit_group, 125);
  if (told->role != FROZEN_SUPERVISOR) return;
  SYS(pidfd_send_signal, told->container.pidfd, SIGKILL, NULL, 0);
  SYS(wait4, told->container.pid, NULL, 0, NULL);
  SYS(close, told->container.pidfd);
  SYS(close, told->controlFd);
}
