// The steps a forked child takes before its first guest instruction, in the order of one table.
#pragma once
#include <vector>

#include "channel.h"
#include "sys.h"

namespace stages {

/** What the child holds of its own before any plan came. */
struct Self {
  int controlFd = -1;
  /** /proc of the host: the only way to the id maps once the root is empty. */
  int procFd = -1;
  /** V8's and libuv's wake-ups: closing one makes V8 abort at some later collection. */
  std::vector<int> engineFds;
};

/** What a stage may use: the plan, the descriptors sent with it, and what the child held before. */
struct Context {
  const SandboxPlan& plan;
  const std::vector<int>& fds;
  const Self& self;
};

/** Sends {"type":"stage",…} on the control channel and ends the process with 125. */
[[noreturn]] void reportAndExit(int controlFd, const char* stage, sys::Failure failure);
/** Namespaces and root that every plan of this run needs, while the plan is awaited. */
void prepareAhead(const Self& self, uint32_t unshareFlags, bool emptyRoot);
/** Applies the plan; a failing stage never returns. */
void applyAll(const channel::Delivery& delivery, const Self& self);

}  // namespace stages
