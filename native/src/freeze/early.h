// The fork that every start begins with, made before any JavaScript of a restored process runs: whatever that touches
// first would be a page to copy in both processes, and the container's own work begins at once.
#pragma once
#include <string>
#include <vector>

#include "../fork.h"
#include "image.h"

namespace freeze {

struct EarlyFork {
  /** It is left to JavaScript where one of these files holds one of these words, or where the kernel refuses it. */
  std::vector<std::string> unlessFiles;
  std::vector<std::string> unlessWords;
  /** By a root that can become other users, and by everybody else. Without their channels. */
  forking::Request root;
  forking::Request user;
};

struct EarlyForked {
  bool done = false;
  bool byRoot = false;
  /** This process's end of the control channel. */
  int controlFd = -1;
  forking::Forked forked;
};

/**
 * Returns in both processes; the parent is a subreaper (prctl(2)). Where the launcher has made the fork already, this
 * is one of the two.
 */
EarlyForked forkEarly(const EarlyFork& wanted, const FrozenStart& start, uv_loop_s* loop);

}  // namespace freeze
