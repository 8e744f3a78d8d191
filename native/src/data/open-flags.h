// open(2)'s flags have other numbers on other machines: the seam has its own bits (`openFlags` in data.ts).
#pragma once
#include <fcntl.h>

#include <cstdint>

namespace data {

struct OpenFlag {
  int bit;
  int flag;
};

constexpr int kRead = 1;
constexpr int kWrite = 2;

constexpr OpenFlag kOpenFlags[] = {
    {1 << 2, O_CREAT},  {1 << 3, O_EXCL},     {1 << 4, O_TRUNC}, {1 << 5, O_DIRECTORY}, {1 << 6, O_NOFOLLOW},
    {1 << 7, O_APPEND}, {1 << 8, O_NONBLOCK}, {1 << 9, O_DSYNC}, {1 << 10, O_SYNC},     {1 << 11, O_PATH},
};

/** A descriptor that is neither read nor written is opened for reading: O_RDONLY is the least there is. */
inline uint64_t linuxFlags(int bits) {
  // O_NOCTTY: opening a terminal must not make it the container's.
  uint64_t flags = (bits & kWrite) ? (bits & kRead ? O_RDWR : O_WRONLY) : O_RDONLY;
  for (const auto& [bit, flag] : kOpenFlags)
    if (bits & bit) flags |= static_cast<uint64_t>(flag);
  return flags & O_PATH ? flags : flags | O_NOCTTY;
}

}  // namespace data
