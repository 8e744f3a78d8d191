#include "early.h"

#include <sys/prctl.h>

#include "../channel.h"
#include "../process.h"

namespace freeze {

EarlyForked forkEarly(const EarlyFork& wanted, uv_loop_s* loop) {
  EarlyForked out;
  if (process::anyHolds(wanted.unlessFiles, wanted.unlessWords)) return out;
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return out;
  int ends[2];
  if (channel::makePair(ends).failed()) return out;
  sys::OwnFd ours(ends[0]), theirs(ends[1]);
  out.byRoot = process::canBecomeOthers();
  forking::Request request = out.byRoot ? wanted.root : wanted.user;
  request.controlFd = theirs.get();
  // V8 has marked none of these mappings MADV_DONTFORK: they are new.
  if (forking::forkWarm(request, loop, forking::kAllSteps & ~forking::kMappings, out.forked).failed()) return out;
  out.done = true;
  // In the child all descriptors are closed by now but its own; what is left of ours is a number.
  if (out.forked.pid == 0) ours.release();
  out.controlFd = out.forked.pid == 0 ? theirs.release() : ours.release();
  return out;
}

}  // namespace freeze
