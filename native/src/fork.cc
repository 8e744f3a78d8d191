#include "fork.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <uv.h>

#include <csignal>

#include "fds.h"
#include "freeze/freeze.h"
#include "repair.h"
#include "stages.h"
#include "threads.h"

namespace forking {
namespace {

// In linux/sched.h only from 5.5 and 5.7 on.
constexpr uint64_t kClearSigHand = 0x100000000ULL;
constexpr uint64_t kIntoCgroup = 0x200000000ULL;
constexpr uint64_t kCloneBase = CLONE_PIDFD | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;

/** What glibc's fork would put right in the child's thread block, and a raw clone3 must. */
struct ThreadBlock {
  void* tid = nullptr;
  void* robustList = nullptr;
  size_t robustSize = 0;
};

sys::Failure readThreadBlock(ThreadBlock& into) {
  if (prctl(PR_GET_TID_ADDRESS, &into.tid, 0, 0, 0) < 0) return sys::failure("prctl PR_GET_TID_ADDRESS");
  if (syscall(SYS_get_robust_list, 0, &into.robustList, &into.robustSize) < 0) return sys::failure("get_robust_list");
  return {};
}

/**
 * clone3 rather than fork: pid and user namespace, cgroup and pidfd in one step, and no atfork handlers, which would
 * cost 60 µs. What those would repair is repaired below (thread block) and by uv_loop_fork. See RATIONALE.md.
 */
int cloneChild(const Request& request, const ThreadBlock& block, int* pidfd) {
  clone_args args{};
  args.flags = request.cloneFlags | kCloneBase | kClearSigHand;
  args.pidfd = reinterpret_cast<uint64_t>(pidfd);
  args.child_tid = reinterpret_cast<uint64_t>(block.tid);
  args.exit_signal = SIGCHLD;
  if (request.cgroupFd >= 0) {
    args.flags |= kIntoCgroup;
    args.cgroup = static_cast<uint64_t>(request.cgroupFd);
  }
  return static_cast<int>(syscall(SYS_clone3, &args, sizeof args));
}

/** Filters of other containers answer ENOSYS to clone3, whose flags they can't see; clone's they can. */
int cloneChildOldWay(const Request& request, const ThreadBlock& block, int* pidfd) {
  const auto flags = static_cast<unsigned long>(request.cloneFlags | kCloneBase | SIGCHLD);
#if defined(__x86_64__)
  return static_cast<int>(syscall(SYS_clone, flags, nullptr, pidfd, block.tid, nullptr));
#else
  return static_cast<int>(syscall(SYS_clone, flags, nullptr, pidfd, nullptr, block.tid));
#endif
}

/** What CLONE_CLEAR_SIGHAND does. */
void clearHandlers() {
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action;
    if (sigaction(number, nullptr, &action) < 0 || action.sa_handler == SIG_IGN) continue;
    signal(number, SIG_DFL);
  }
}

/**
 * The clone reset every handler. V8's for SIGSEGV comes back: out-of-bounds accesses of Wasm are caught by it.
 * Nothing else may: Node's own handlers write to pipes of the parent.
 */
sys::Failure restoreSignals(const struct sigaction& segv, bool keepTrapHandler) {
  if (keepTrapHandler && sigaction(SIGSEGV, &segv, nullptr) < 0) return sys::failure("sigaction");
  // Answers and not deaths: EPIPE, and EFBIG at RLIMIT_FSIZE.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, nullptr) == 0 ? sys::Failure{} : sys::failure("rt_sigprocmask");
}

/** The event loop's own descriptors. */
void appendLoop(std::vector<int>& keep, const uv_loop_t* loop) {
  // uv/unix.h declares these; libuv has no public getter but for the first.
  for (int fd : {uv_backend_fd(loop), loop->async_io_watcher.fd, loop->async_wfd, loop->signal_pipefd[0],
                 loop->signal_pipefd[1], loop->emfile_fd, loop->inotify_fd})
    if (fd >= 0) keep.push_back(fd);
}

/**
 * Attack: an eventfd that the caller left open, found and kept, is a channel to it that no policy knows of. In a
 * process that Node started the fork gets another in place of each that is found, the caller's too.
 */
sys::Failure listWakeUps(std::vector<int>& into) {
  into = freeze::restoredWakeUps();
  return into.empty() ? repair::findEventFds(into) : sys::Failure{};
}

/** What stands in the parent before the clone. */
struct Before {
  ThreadBlock block;
  struct sigaction segv {};
  /** The event loop and V8's wake-ups are this process's own already, not a parent's. */
  bool hasOwnLoop = false;
};

/** Everything between the clone and the plan. `self.engineFds` holds the eventfds' numbers, none without that step. */
sys::Failure settle(const Request& request, uv_loop_t* loop, uint32_t steps, const Before& before, stages::Self& self) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return sys::failure("prctl PR_SET_PDEATHSIG");
  syscall(SYS_set_robust_list, before.block.robustList, before.block.robustSize);
  if (auto f = restoreSignals(before.segv, steps & kSignals); f.failed()) return f;
  if (request.turnsLoop) {
    if (auto f = repair::forbidIoUring(); f.failed()) return f;
  }
  if ((steps & kLoop) && !before.hasOwnLoop) {
    if (int e = uv_loop_fork(loop); e != 0) return {"uv_loop_fork", -e};
  }
  if ((steps & kEventFds) && !before.hasOwnLoop) {
    if (auto f = repair::replaceEventFds(self.engineFds, loop->async_io_watcher.fd); f.failed()) return f;
  }
  appendLoop(self.engineFds, loop);
  if (steps & kDescriptors) {
    std::vector<int> keep = self.engineFds;
    keep.insert(keep.end(), {0, 1, 2, self.controlFd});
    if (auto f = fds::closeAllBut(std::move(keep)); f.failed()) return f;
  }
  self.procFd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  return self.procFd < 0 ? sys::failure("open /proc") : sys::Failure{};
}

sys::Failure readBefore(uint32_t steps, Before& before, stages::Self& self) {
  if (auto f = readThreadBlock(before.block); f.failed()) return f;
  if (steps & kEventFds) {
    if (auto f = listWakeUps(self.engineFds); f.failed()) return f;
  }
  return sigaction(SIGSEGV, nullptr, &before.segv) < 0 ? sys::failure("sigaction") : sys::Failure{};
}

/** The child's part. Reports by itself. */
void prepare(const Request& request, uv_loop_t* loop, uint32_t steps, const Before& before, stages::Self& self) {
  if (auto f = settle(request, loop, steps, before, self); f.failed())
    stages::reportAndExit(request.controlFd, "fork", f);
  stages::prepareAhead(self, request.aheadFlags, request.aheadRoot);
}

}  // namespace

sys::Failure forkWarm(const Request& request, uv_loop_t* loop, uint32_t steps, Forked& out) {
  Before before;
  out.self.controlFd = request.controlFd;
  if (auto f = readBefore(steps, before, out.self); f.failed()) return f;
  if (steps & kMappings) {
    if (auto f = repair::inheritMappings(); f.failed()) return f;
  }
  // Last: from here on nothing gives them work.
  if (steps & kThreads) {
    if (auto f = threads::awaitIdle(); f.failed()) return f;
  }
  int pidfd = -1;
  out.pid = cloneChild(request, before.block, &pidfd);
  if (out.pid < 0 && errno == ENOSYS && request.cgroupFd < 0) {
    out.pid = cloneChildOldWay(request, before.block, &pidfd);
    if (out.pid == 0) clearHandlers();
  }
  out.pidfd = pidfd;
  if (out.pid < 0) return sys::failure("clone3");
  if (out.pid == 0) prepare(request, loop, steps, before, out.self);
  return {};
}

void becomeContainer(const Request& request, uv_loop_t* loop, uint32_t steps, stages::Self& self) {
  Before before;
  // The launcher made its descriptors for this process (native/launcher/restore.c).
  before.hasOwnLoop = true;
  self.controlFd = request.controlFd;
  if (auto f = readBefore(steps, before, self); f.failed()) stages::reportAndExit(request.controlFd, "fork", f);
  freeze::dropRestoredHandlers();
  prepare(request, loop, steps, before, self);
}

}  // namespace forking
