// Forks the warm process. In the child only async-signal-safe calls and the calling thread's own malloc are used
// until the stages are done: there is one thread, and nobody held a lock.
#pragma once
#include <vector>

#include "stages.h"
#include "sys.h"

struct uv_loop_s;

namespace forking {

struct Request {
  uint64_t cloneFlags;
  int cgroupFd;
  /** CLONE_NEW* flags to unshare, and the root to enter, while the plan is awaited: their time is hidden in the wait.
   */
  uint32_t aheadFlags;
  bool aheadRoot;
  int controlFd;
  /** The child goes on with its event loop: libuv then gets no io_uring, past which no filter sees. */
  bool turnsLoop;
};

struct Forked {
  /** 0 in the child. */
  int pid = -1;
  int pidfd = -1;
  /** In the child only. */
  stages::Self self;
};

/** Steps of the recipe, so that the tests can leave one out and see what breaks. */
enum Step : uint32_t {
  kMappings = 1,
  kLoop = 2,
  kSignals = 4,
  kEventFds = 8,
  kDescriptors = 16,
  kThreads = 32,
  kAllSteps = 63,
};

/** Failures after the clone are reported by the child itself on the control channel; it then ends with 125. */
sys::Failure forkWarm(const Request& request, uv_loop_s* loop, uint32_t steps, Forked& out);

/** What the child does there, in a process that was born for it: a clone of the launcher, restored from an image. */
void becomeContainer(const Request& request, uv_loop_s* loop, uint32_t steps, stages::Self& self);

}  // namespace forking
