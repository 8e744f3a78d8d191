#include "heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "image.h"

namespace freeze {
namespace {

/** Smaller than what malloc maps by itself, and larger than nearly every hole; what is larger is split. */
constexpr size_t kLargest = 120 * 1024;
constexpr size_t kSmallest = 24;
/** Sizes of chunks of the C library lie so far apart. */
constexpr size_t kStep = 16;
/** Taken from the kernel when the heap grows: a start needs about as much. */
constexpr int kGrowBytes = 1 << 20;

/** The heap's end that was never given out: where holes end. */
uintptr_t unusedEnd() {
  return reinterpret_cast<uintptr_t>(sbrk(0)) - mallinfo2().keepcost;
}

void giveBackPages(void* hole, size_t bytes) {
  const auto from = (reinterpret_cast<uintptr_t>(hole) + FROZEN_PAGE - 1) & ~(FROZEN_PAGE - 1);
  const auto to = (reinterpret_cast<uintptr_t>(hole) + bytes) & ~(FROZEN_PAGE - 1);
  if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
}

/** From large to small: what no hole has room for comes from the end, and is given back. */
void fill(size_t bytes, uintptr_t end) {
  for (;;) {
    void* hole = malloc(bytes);
    if (hole == nullptr) return;
    if (reinterpret_cast<uintptr_t>(hole) >= end) return free(hole);
    giveBackPages(hole, bytes);
  }
}

}  // namespace

void fillHeapHoles() {
  mallopt(M_TOP_PAD, kGrowBytes);
  const uintptr_t end = unusedEnd();
  for (size_t bytes = kLargest; bytes > 4096; bytes -= 4096) fill(bytes, end);
  for (size_t bytes = 4096; bytes >= kSmallest; bytes -= kStep) fill(bytes - 8, end);
}

}  // namespace freeze
