// A fork of the warm process that can do all that a supervisor does, with one thread and nobody else's descriptors.
#pragma once
#include <vector>

#include "../sys.h"

struct uv_loop_s;

namespace freeze {

/** In the child of a fork. `wakeUps`: all eventfds there were; `keep`: what stays open besides what Node needs. */
sys::Failure becomeSingle(uv_loop_s* loop, std::vector<int> wakeUps, std::vector<int> keep);

}  // namespace freeze
