#include "fence.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

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
bool isWanted = false;

/** Around what is there, by halves. A hole that stays is one that V8 hits once in a million wishes. */
void reserve(uintptr_t from, uintptr_t to) {
  constexpr size_t kSmallest = 1 << 21;
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  if (from >= to || pieceCount == kMaxPieces) return;
  void* at = mmap(reinterpret_cast<void*>(from), to - from, PROT_NONE, kFlags, -1, 0);
  if (at != MAP_FAILED) {
    pieces[pieceCount++] = {at, to - from};
  } else if (errno == EEXIST && to - from > kSmallest) {
    const uintptr_t middle = from + (to - from) / 2 / kSmallest * kSmallest;
    if (middle == from) return;
    reserve(from, middle);
    reserve(middle, to);
  }
}

/** Then V8's heap is scattered: what is reserved counts, and would leave no room for it. */
bool isSpaceLimited() {
  rlimit space{};
  return getrlimit(RLIMIT_AS, &space) < 0 || space.rlim_cur != RLIM_INFINITY;
}

/** Before main. */
__attribute__((constructor)) void closeBeforeMain() {
  const char* preload = getenv("LD_PRELOAD");
  isWanted = preload != nullptr && strcmp(preload, FROZEN_PRELOAD) == 0;
  if (!isWanted) return;
  unsetenv("LD_PRELOAD");
  isWanted = !isSpaceLimited();
  closeFence({kEnd, kEnd});
}

}  // namespace

void closeFence(const repair::CodeRange& open) {
  if (!isWanted) return;
  reserve(kStart, std::min(open.start, kEnd));
  reserve(std::max(open.end, kStart), kEnd);
}

void openFence() {
  for (size_t i = 0; i < pieceCount; i++) munmap(pieces[i].start, pieces[i].bytes);
  pieceCount = 0;
}

}  // namespace freeze
