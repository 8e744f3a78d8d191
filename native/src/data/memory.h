// Guest memory, bounds-checked. Plain C++, as all that only reads or fills it.
#pragma once
#include <cstdint>
#include <cstring>

namespace data {

/** No errno of Linux: path resolution left the directory it started from (errno.ts has the same number). */
constexpr int kNotCapable = 1000;

/** Memory for the length of one call: the guest can't run, so it can't grow or go away. */
class Memory {
 public:
  Memory(uint8_t* data, uint64_t size) : data_(data), size_(size) {}

  /** Null when any of these bytes is outside. NaN and negative numbers are. */
  uint8_t* at(double address, double length) const {
    if (!(address >= 0 && length >= 0 && address + length <= static_cast<double>(size_))) return nullptr;
    // Of an empty memory nothing may be read, but "nothing" isn't outside.
    static uint8_t nothing;
    return size_ == 0 ? &nothing : data_ + static_cast<uint64_t>(address);
  }

 private:
  uint8_t* data_;
  uint64_t size_;
};

/** Wasm is little-endian, and so is every machine this runs on. */
template <typename Value>
void store(uint8_t* at, Value value) {
  memcpy(at, &value, sizeof value);
}

}  // namespace data
