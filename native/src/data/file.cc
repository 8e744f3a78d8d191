// Open files: status flags, metadata, size, allocation, durability.
#include <fcntl.h>
#include <sys/sysmacros.h>

#include "../sys.h"
#include "calls.h"
#include "open-flags.h"
#include "stat.h"
#include "syscalls.h"

namespace data {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

/** Times before 1970 have no number in WASI. */
uint64_t nanoseconds(const timespec& time) {
  return time.tv_sec < 0 ? 0 : static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

/** One of utimensat(2)'s times: bit 1 gives it, bit 2 means "now", none leaves it. */
bool readTime(uint64_t value, unsigned bits, timespec& time) {
  if (bits == 3) return false;
  time.tv_sec = static_cast<time_t>(value / kSecond);
  time.tv_nsec = bits == 1 ? static_cast<long>(value % kSecond) : bits == 2 ? UTIME_NOW : UTIME_OMIT;
  return true;
}

}  // namespace

FileKind kindOfMode(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return kRegularFile;
    case S_IFDIR:
      return kDirectory;
    case S_IFCHR:
      return kCharacterDevice;
    case S_IFBLK:
      return kBlockDevice;
    case S_IFLNK:
      return kSymbolicLink;
    case S_IFSOCK:
      return kStreamSocket;
    default:
      return kUnknown;
  }
}

FileKind kindOf(const struct stat& status) {
  // /dev/null and its like (major 1) have a position, other devices don't. No ioctl(2), which asks too much of a
  // filter.
  constexpr unsigned memoryDevices = 1;
  const FileKind kind = kindOfMode(status.st_mode);
  return kind == kCharacterDevice && major(status.st_rdev) != memoryDevices ? kTerminal : kind;
}

void storeStat(uint8_t* at, const struct stat& status) {
  const uint64_t record[] = {status.st_dev,
                             status.st_ino,
                             static_cast<uint64_t>(kindOfMode(status.st_mode)),
                             status.st_nlink,
                             static_cast<uint64_t>(status.st_size),
                             nanoseconds(status.st_atim),
                             nanoseconds(status.st_mtim),
                             nanoseconds(status.st_ctim)};
  static_assert(sizeof record == kStatBytes);
  memcpy(at, record, sizeof record);
}

bool readTimes(const Info& info, int index, timespec times[2]) {
  const auto flags = static_cast<unsigned>(integer(info, index + 2));
  return readTime(wide(info, index), flags & 3, times[0]) && readTime(wide(info, index + 1), flags >> 2 & 3, times[1]);
}

/** fileKind(fd) */
void fileKind(const Info& info) {
  struct stat status;
  if (fstatat(integer(info, 0), "", &status, AT_EMPTY_PATH) < 0) return answer(info, -errno);
  answer(info, kindOf(status));
}

/** setStatusFlags(fd, bits): append and nonblock, the two that Linux lets change (it ignores the others here). */
void setStatusFlags(const Info& info) {
  constexpr int changeable = O_APPEND | O_NONBLOCK;
  answer(info, outcome(fcntl(integer(info, 0), F_SETFL, static_cast<int>(linuxFlags(integer(info, 1))) & changeable)));
}

/** stat(fd, out, at) */
void stat(const Info& info) {
  const int fd = integer(info, 0);
  uint8_t* record = memory(info, 1).at(number(info, 2), kStatBytes);
  if (record == nullptr) return answer(info, -EFAULT);
  struct stat status;
  if (statusOf(fd, "", status, AT_EMPTY_PATH) < 0) return answer(info, -errno);
  storeStat(record, status);
  answer(info, 0);
}

/** setSize(fd, size) */
void setSize(const Info& info) {
  const auto size = static_cast<off_t>(wide(info, 1));
  answer(info, outcome(sys::retry([&] { return ftruncate(integer(info, 0), size); })));
}

/** allocate(fd, offset, length): grows the file where needed, never shrinks it. */
void allocate(const Info& info) {
  const auto offset = static_cast<off_t>(wide(info, 1)), length = static_cast<off_t>(wide(info, 2));
  answer(info, outcome(sys::retry([&] { return fallocate(integer(info, 0), 0, offset, length); })));
}

/** sync(fd) */
void sync(const Info& info) {
  answer(info, outcome(sys::retry([&] { return fsync(integer(info, 0)); })));
}

/** setTimes(fd, atime, mtime, flags) */
void setTimes(const Info& info) {
  timespec times[2];
  if (!readTimes(info, 1, times)) return answer(info, -EINVAL);
  // With AT_EMPTY_PATH, not futimens: an O_PATH descriptor (a preopen) is fine too.
  answer(info, outcome(utimensat(integer(info, 0), "", times, AT_EMPTY_PATH)));
}

/** closeFd(fd) */
void closeFd(const Info& info) {
  // EINTR closes on Linux too: no retry, which might close somebody else's.
  const int result = ::close(integer(info, 0));
  answer(info, result < 0 && errno != EINTR ? -errno : 0);
}

}  // namespace data
