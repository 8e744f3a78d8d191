// The second of the two places that read guest memory: iovecs (the first is host/kernel/memory.ts).
#pragma once
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "memory.h"

namespace data {

/** IOV_MAX of Linux: what a guest gives beyond makes a short transfer, as the size of a pipe does. */
constexpr int kMaxIovecs = 1024;

/** Looked at in one call. Attack: 2^29 empty ones, walked through for a call that does nothing. */
constexpr int kMaxListed = 1 << 20;

/** The {u32 address, u32 length} pairs of a guest as pointers into its memory. */
class Iovecs {
 public:
  /** 0 or -errno. No more than `limit` bytes altogether are described; the rest is cut off. */
  int read(const Memory& memory, double address, double count, double limit = INFINITY) {
    if (!(count >= 0 && count <= kMaxListed)) return -EINVAL;
    const uint8_t* list = memory.at(address, count * 8);
    if (list == nullptr) return -EFAULT;
    for (int i = 0; i < static_cast<int>(count) && count_ < kMaxIovecs; i++) {
      uint32_t pair[2];
      memcpy(pair, list + i * 8, sizeof pair);
      uint8_t* bytes = memory.at(pair[0], pair[1]);
      if (bytes == nullptr) return -EFAULT;
      const double length = std::min<double>(pair[1], limit);
      limit -= length;
      // Empty ones take no place: a transfer of 1024 of those would be taken for the end of the file.
      if (length > 0) items_[count_++] = {bytes, static_cast<size_t>(length)};
    }
    return 0;
  }

  iovec* items() { return items_; }
  int count() const { return count_; }

 private:
  iovec items_[kMaxIovecs];
  int count_ = 0;
};

}  // namespace data
