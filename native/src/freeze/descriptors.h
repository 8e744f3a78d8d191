// The kernel objects that a frozen process holds: event loop, wake-ups, libuv's pipes. They are made again by number.
#pragma once
#include "scratch.h"

namespace freeze {

/** Lists all descriptors but 0, 1, 2 and `ignored`; any kind but eventfd, epoll and pipe with both ends is an error. */
sys::Failure listDescriptors(Scratch& scratch, const int* ignored, size_t ignoredCount);

}  // namespace freeze
