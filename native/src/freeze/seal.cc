#include "seal.h"

#include <sys/stat.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <vector>

#include "image.h"

namespace freeze {
namespace {

/** Reads exactly that much, or fails. */
bool readAll(int fd, std::vector<uint8_t>& bytes, uint64_t offset) {
  size_t done = 0;
  while (done < bytes.size()) {
    const auto call = [&] {
      return pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    };
    const ssize_t n = sys::retry(call);
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

sys::Failure sealImage(int imageFd, std::string& seal) {
  const sys::Failure damaged{"verify the image", EBADMSG};
  std::vector<uint8_t> start(FROZEN_PAGES_AT);
  FrozenHeader header;
  struct stat st;
  if (!readAll(imageFd, start, 0) || fstat(imageFd, &st) < 0) return damaged;
  memcpy(&header, start.data(), sizeof header);
  if (header.metaBytes > FROZEN_PAGES_AT || header.imageBytes != static_cast<uint64_t>(st.st_size)) return damaged;
  reinterpret_cast<FrozenHeader*>(start.data())->hash = 0;
  if (frozenHash(0, start.data(), header.metaBytes) != header.hash) return damaged;
  std::vector<uint8_t> page(FROZEN_PAGE);
  uint64_t hash = 0;
  for (uint64_t at = FROZEN_PAGES_AT; at < header.imageBytes; at += FROZEN_PAGE) {
    if (!readAll(imageFd, page, at)) return damaged;
    hash = frozenHash(hash, page.data(), page.size());
  }
  if (hash != header.pagesHash) return damaged;
  const FrozenFile facts = frozenFacts(&st);
  char text[24];
  snprintf(text, sizeof text, "%" PRIx64, frozenSeal(&facts));
  seal = text;
  return {};
}

}  // namespace freeze
