// Which pages a process has made its own, and their way into the image.
#pragma once
#include "scratch.h"

namespace freeze {

struct Descriptors {
  /** The image, /proc/self/mem, /proc/self/pagemap. */
  int image, memory, pagemap;
};

/** Fills `regions` and writes the pages. `stackPointer`: what lies below it on the stack is left out. */
sys::Failure writePages(Scratch& scratch, const Descriptors& fds, uint64_t stackPointer);

}  // namespace freeze
