#include "scratch.h"

#include <sys/mman.h>

namespace freeze {

Scratch* makeScratch() {
  const size_t bytes = (sizeof(Scratch) + FROZEN_PAGE - 1) & ~(FROZEN_PAGE - 1);
  void* all = mmap(nullptr, bytes + 2 * FROZEN_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  char* inner = static_cast<char*>(all) + FROZEN_PAGE;
  return mprotect(inner, bytes, PROT_READ | PROT_WRITE) < 0 ? nullptr : reinterpret_cast<Scratch*>(inner);
}

}  // namespace freeze
