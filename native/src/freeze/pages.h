// Which pages a process has made its own, and their way into the image.
#pragma once
#include "scratch.h"

namespace freeze {

struct Descriptors {
  /** The image, /proc/self/mem, /proc/self/pagemap. */
  int image, memory, pagemap;
};

/** Names of files, which outlive the writing. */
struct TextCopy {
  const char* of;
  const char* copy;
};

/**
 * Fills `regions` and writes the pages. `stackPointer`: what lies below it on the stack is left out. `text`: code of
 * the one file is to be mapped from the other.
 */
sys::Failure writePages(Scratch& scratch, const Descriptors& fds, uint64_t stackPointer, const TextCopy& text);

/** All of it, or why not: a full disk takes a part first, and says ENOSPC then. */
sys::Failure writeAt(int fd, const uint8_t* from, size_t bytes, uint64_t offset);

}  // namespace freeze
