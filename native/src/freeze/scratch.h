// Memory for the work of freezing, outside of everything that is frozen: while an image is written, nothing allocates.
#pragma once
#include <cstddef>

#include "../sys.h"
#include "image.h"

namespace freeze {

/** A mapping of /proc/self/maps. */
struct Mapping {
  uint64_t start, end, offset, inode;
  uint32_t protection;
  bool shared;
  /** Into Scratch::maps, which has NULs for its newlines; "" for anonymous memory. */
  const char* name;
};

struct Scratch {
  char maps[512 * 1024];
  Mapping mappings[FROZEN_MAX_REGIONS];
  size_t mappingCount;
  FrozenHeader header;
  FrozenFile files[FROZEN_MAX_FILES];
  FrozenRegion regions[FROZEN_MAX_REGIONS];
  FrozenDescriptor descriptors[FROZEN_MAX_DESCRIPTORS];
  char paths[64 * 1024];
  size_t pathBytes;
  uint64_t pagemap[4096];
  /** Written at once: of what comes in large pieces, the page cache makes large folios, which are mapped at less cost.
   */
  uint8_t pages[512 * FROZEN_PAGE];
  uint8_t meta[FROZEN_PAGES_AT];
};

/** Between pages that nobody may touch, so that the kernel doesn't join it to memory that is frozen. */
Scratch* makeScratch();

}  // namespace freeze
