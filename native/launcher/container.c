/* A start that is repeated: this process makes the control groups, clones itself, hands the clone its plan, and minds
 * it for the first moments, which are all that most programs need. The clone becomes the frozen process as its
 * container. What this process can't do, a supervisor from the same image does in its place: whatever is not a plain
 * end. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "../src/plan-message.h"
#include "launcher.h"

/* Long enough for most programs. A supervisor that comes then is in time for every deadline of a start that is written
 * down (runtime/frozen/record.ts). */
#define WATCH_MS 200
/* Of a clone that could not become the frozen process. */
#define NOT_RESTORED 126

#define SIGNAL(number) (1ull << ((number)-1))
/* What a supervisor has handlers for (runtime/signals.ts): it is to come for them. */
static const uint64_t waiting = SIGNAL(SIGINT) | SIGNAL(SIGTERM) | SIGNAL(SIGHUP) | SIGNAL(SIGQUIT) | SIGNAL(SIGTSTP) |
                                SIGNAL(SIGTTIN) | SIGNAL(SIGTTOU) | SIGNAL(SIGCONT) | SIGNAL(SIGWINCH);
/* What it does not mind, as Node does not. */
static const uint64_t unminded = SIGNAL(SIGPIPE) | SIGNAL(SIGUSR1);

struct Container {
  int pid;
  int pidfd;
  int controlFd;
};

/* The clone. What it has of this process's is unmapped when it is restored, and closed before it waits for its plan. */
static _Noreturn void become(const struct Image* image, const struct Caller* caller, const struct FrozenStart* start) {
  restore(image, caller, start);
  for (;;) SYS(exit_group, NOT_RESTORED);
}

static int cloneContainer(struct Container* out, const struct Groups* groups, const struct Image* image,
                          const struct Caller* caller, const struct FrozenStart* plain) {
  int ends[2];
  if (SYS(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return 0;
  struct clone_args args = {.flags = groups->record->cloneFlags | CLONE_PIDFD, .exit_signal = SIGCHLD};
  args.pidfd = (uint64_t)&out->pidfd;
  if (groups->unified >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = (uint64_t)groups->unified;
  }
  const long pid = SYS(clone3, &args, sizeof args);
  if (pid == 0) {
    struct FrozenStart start = *plain;
    start.role = FROZEN_CONTAINER;
    start.controlFd = ends[1];
    start.byRoot = (int32_t)groups->record->byRoot;
    become(image, caller, &start);
  }
  SYS(close, ends[1]);
  if (pid < 0) SYS(close, ends[0]);
  out->pid = (int)pid;
  out->controlFd = ends[0];
  return pid > 0;
}

static void fillHoles(unsigned char* plan, const struct Repeat* record, uint32_t id) {
  char text[24];
  decimal(text, id);
  for (uint32_t i = 0; i < record->holes; i++) {
    const struct RepeatHole* hole = &record->hole[i];
    const size_t bytes = hole->isText ? stringLength(text) : sizeof id;
    memcpy(plan + hole->at, hole->isText ? (const void*)text : &id, bytes);
  }
}

/* As sendPlan of ../src/channel.cc. */
static int sendPlan(int socket, const struct Repeat* record, uint32_t id, const struct Given* given) {
  const uint32_t count = given->count;
  unsigned char* plan = (unsigned char*)(record + 1) + record->situationBytes;
  const uint64_t bytes = (uint64_t)record->planBytes + record->configBytes;
  const long memory = SYS(memfd_create, "wasmctr-plan", 1 /* MFD_CLOEXEC */);
  if (memory < 0) return 0;
  if (record->firstId != 0) fillHoles(plan, record, id);
  const struct PlanMessage message = {record->planBytes, record->configBytes, count};
  const struct iovec part = {(void*)&message, sizeof message};
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int) + sizeof given->fds)];
  } control;
  memset(&control, 0, sizeof control);
  control.header = (struct cmsghdr){CMSG_LEN(sizeof(int) * (count + 1)), SOL_SOCKET, SCM_RIGHTS};
  int* into = (int*)CMSG_DATA(&control.header);
  into[0] = (int)memory;
  for (uint32_t i = 0; i < count; i++) into[i + 1] = given->fds[i];
  struct msghdr header = {.msg_iov = (struct iovec*)&part, .msg_iovlen = 1, .msg_control = &control};
  header.msg_controllen = CMSG_SPACE(sizeof(int) * (count + 1));
  const int ok = SYS(write, memory, plan, bytes) == (long)bytes &&
                 SYS(sendmsg, socket, &header, MSG_NOSIGNAL) == (long)sizeof message;
  SYS(close, memory);
  return ok;
}

/* Whether the container ended, before a signal of the caller's came (which goes on waiting), or it took long. */
static int hasEnded(const struct Container* container) {
  const struct timespec most = {0, WATCH_MS * 1000000l};
  const long fd = SYS(signalfd4, -1, &waiting, sizeof waiting, SFD_CLOEXEC | SFD_NONBLOCK);
  struct pollfd watches[] = {{container->pidfd, POLLIN, 0}, {(int)fd, POLLIN, 0}};
  const long n = SYS(ppoll, watches, fd < 0 ? 1 : 2, &most, NULL, sizeof waiting);
  if (fd >= 0) SYS(close, fd);
  return n > 0 && (watches[0].revents & POLLIN);
}

/* The container ended as most do: its exit code. −1: it did not, or could not begin. */
static int reapPlain(const struct Container* container, int* isRestored) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (SYS(waitid, P_PIDFD, container->pidfd, &info, WEXITED | WNOWAIT, NULL) != 0) return -1;
  *isRestored = info.si_code != CLD_EXITED || info.si_status != NOT_RESTORED;
  if (info.si_code != CLD_EXITED || info.si_status != 0) return -1;
  const int code = peekExit(container->controlFd);
  if (code >= 0) SYS(wait4, container->pid, NULL, 0, NULL);
  return code;
}

static void discard(const struct Container* container) {
  SYS(pidfd_send_signal, container->pidfd, SIGKILL, NULL, 0);
  SYS(wait4, container->pid, NULL, 0, NULL);
  SYS(close, container->controlFd);
  SYS(close, container->pidfd);
}

/* A supervisor takes over, from the image that the container came from. It has its arguments, the container, and
 * nothing else of ours: where the clone could be restored among all of our descriptors, this process can without them.
 */
static _Noreturn void handContainerOver(const struct Image* image, const struct Caller* caller,
                                        const struct Container* container, struct Groups* groups,
                                        const struct Given* given, struct FrozenStart* start) {
  static char line[PATH_BYTES];
  start->role = FROZEN_LATE_SUPERVISOR;
  start->controlFd = container->controlFd;
  start->pid = container->pid;
  start->pidfd = container->pidfd;
  start->blockedSignals = waiting;
  start->argumentsFd = handOver(caller);
  for (uint32_t i = 0; i < given->count; i++) SYS(close, given->fds[i]);
  closeParents(groups);
  const char* reason = restore(image, caller, start);
  discard(container);
  removeGroups(groups);
  JOIN(line, "wasmctr: can't mind the container: ", reason, ": set WASMCTR_FROZEN=0\n");
  SYS(write, 2, line, stringLength(line));
  for (;;) SYS(exit_group, 125);
}

/* Its plan, and what is given: for root the directories as mounts of its own; and its groups' entries. */
static int sendAll(const struct Container* container, const struct Groups* groups, const struct Given* given) {
  const struct Repeat* record = groups->record;
  const uint32_t id = record->firstId + (uint32_t)container->pid;
  const uint32_t mounts = record->byRoot ? record->directories : 0;
  struct Given all = *given;
  int* trees = all.fds + all.count - mounts;
  if (mounts > 0 && !mountDirectories(trees, given, record, id)) return 0;
  for (uint32_t i = 0; i < groups->count; i++)
    if (groups->tasks[i] >= 0) all.fds[all.count++] = groups->tasks[i];
  const int ok = sendPlan(container->controlFd, record, id, &all);
  for (uint32_t i = 0; i < mounts; i++) SYS(close, trees[i]);
  return ok;
}

/* Starts it, with its plan; 0: there is none. */
static int begin(struct Container* out, const struct Groups* groups, const struct Image* image,
                 const struct Caller* caller, const struct FrozenStart* start, const struct Given* given) {
  SYS(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  if (!cloneContainer(out, groups, image, caller, start)) return 0;
  if (sendAll(out, groups, given)) return 1;
  discard(out);
  return 0;
}

/* Returns where it could not become the frozen process, as if nothing had happened. */
static void mind(const struct Image* image, const struct Caller* caller, const struct Container* container,
                 struct Groups* groups, const struct Given* given, struct FrozenStart* start) {
  int isRestored = 1;
  const int code = hasEnded(container) ? reapPlain(container, &isRestored) : -1;
  if (code >= 0) {
    if (!removeGroups(groups)) fail("can't remove a control group", groups->name, -EBUSY, "remove it by rmdir");
    for (;;) SYS(exit_group, code);
  }
  if (isRestored) handContainerOver(image, caller, container, groups, given, start);
  discard(container);
}

void repeatStart(const struct Image* image, const struct Caller* caller, const struct Repeat* record,
                 const struct Situation* situation, struct Given* given, struct FrozenStart* start) {
  static struct Groups groups;
  struct Container container;
  const uint64_t blocked = waiting | unminded;
  struct SignalAction children;
  uint64_t before = 0;
  /* From here on a signal is answered in order: there will be groups to remove. */
  SYS(rt_sigprocmask, SIG_BLOCK, &blocked, &before, sizeof before);
  /* Where the caller ignores it, the kernel reaps, and nobody learns how a process ended. */
  setSignal(SIGCHLD, SIG_DFL, &children);
  if (makeGroups(&groups, record, situation->facts->pidNamespace)) {
    start->byRoot = (int32_t)record->byRoot;
    const int hasBegun = begin(&container, &groups, image, caller, start, given);
    closeEntries(&groups);
    if (hasBegun) mind(image, caller, &container, &groups, given, start);
    removeGroups(&groups);
  }
  resetSignal(SIGCHLD, &children);
  SYS(rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}
