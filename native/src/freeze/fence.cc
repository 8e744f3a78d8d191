#include "fence.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "image.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

namespace freeze {
namespace {

/** Above what is linked and allocated at fixed addresses; up to where OS::GetRandomMmapAddr of V8 asks for memory. */
constexpr uintptr_t kStart = uintptr_t{1} << 36;
constexpr uintptr_t kEnd = uintptr_t{1} << 46;

struct Piece {
  void* start;
  size_t bytes;
};
/** Two, and some more around each mapping that was there before. */
constexpr size_t kMaxPieces = 512;
Piece pieces[kMaxPieces];
size_t pieceCount = 0;
bool isPreloaded = false;

/** Around what is there, by halves. A hole that stays is one that V8 hits once in a million wishes. */
void reserve(uintptr_t from, uintptr_t to) {
  constexpr size_t kSmallest = 1 << 21;
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  if (from >= to || pieceCount == kMaxPieces) return;
  void* at = mmap(reinterpret_cast<void*>(from), to - from, PROT_NONE, kFlags, -1, 0);
  if (at != MAP_FAILED) {
    pieces[pieceCount++] = {at, to - from};
  } else if (to - from > kSmallest) {
    const uintptr_t middle = from + (to - from) / 2 / kSmallest * kSmallest;
    if (middle == from) return;
    reserve(from, middle);
    reserve(middle, to);
  }
}

/** Before main. */
__attribute__((constructor)) void closeBeforeMain() {
  isPreloaded = getenv(FROZEN_FENCE) != nullptr;
  if (!isPreloaded) return;
  unsetenv(FROZEN_FENCE);
  unsetenv("LD_PRELOAD");
  closeFence({kEnd, kEnd});
}

}  // namespace

void closeFence(const repair::CodeRange& open) {
  if (!isPreloaded) return;
  reserve(kStart, std::min(open.start, kEnd));
  reserve(std::max(open.end, kStart), kEnd);
}

void openFence() {
  for (size_t i = 0; i < pieceCount; i++) munmap(pieces[i].start, pieces[i].bytes);
  pieceCount = 0;
}

}  // namespace freeze
