#include "early.h"

#include <sys/prctl.h>

#include "../channel.h"
#include "../process.h"

namespace freeze {
namespace {

// V8 has marked none of the mappings MADV_DONTFORK: they are new.
constexpr uint32_t kSteps = forking::kAllSteps & ~forking::kMappings;

/** The launcher has forked: this is its container, or the supervisor of that. */
EarlyForked takeFork(const EarlyFork& wanted, const FrozenStart& start, uv_loop_s* loop) {
  EarlyForked out;
  out.done = true;
  out.byRoot = start.byRoot != 0;
  out.controlFd = start.controlFd;
  if (start.role == FROZEN_CONTAINER) {
    forking::Request request = out.byRoot ? wanted.root : wanted.user;
    request.controlFd = start.controlFd;
    out.forked.pid = 0;
    forking::becomeContainer(request, loop, kSteps, out.forked.self);
  } else {
    out.forked.pid = start.pid;
    out.forked.pidfd = start.pidfd;
  }
  return out;
}

}  // namespace

EarlyForked forkEarly(const EarlyFork& wanted, const FrozenStart& start, uv_loop_s* loop) {
  if (start.role != FROZEN_SUPERVISOR) return takeFork(wanted, start, loop);
  EarlyForked out;
  if (process::anyHolds(wanted.unlessFiles, wanted.unlessWords)) return out;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return out;
  int ends[2];
  if (channel::makePair(ends).failed()) return out;
  sys::OwnFd ours(ends[0]), theirs(ends[1]);
  out.byRoot = process::canBecomeOthers();
  forking::Request request = out.byRoot ? wanted.root : wanted.user;
  request.controlFd = theirs.get();
  if (forking::forkWarm(request, loop, kSteps, out.forked).failed()) return out;
  out.done = true;
  // In the child all descriptors are closed by now but its own; what is left of ours is a number.
  if (out.forked.pid == 0) ours.release();
  out.controlFd = out.forked.pid == 0 ? theirs.release() : ours.release();
  return out;
}

}  // namespace freeze
