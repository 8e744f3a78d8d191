// Descriptors of the child: everything that is not on the keep list is closed (CLOEXEC protects nothing without exec).
#pragma once
#include <vector>

#include "sys.h"

struct uv_loop_s;

namespace fds {

/** Adds the event loop's own descriptors. */
void appendLoop(std::vector<int>& keep, const uv_loop_s* loop);
sys::Failure closeAllBut(std::vector<int> keep);

}  // namespace fds
