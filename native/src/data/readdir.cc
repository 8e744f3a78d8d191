// Directory entries: getdents64(2) straight into WASI's form in guest memory.
#include <dirent.h>
#include <fcntl.h>

#include <algorithm>

#include "../sys.h"
#include "calls.h"
#include "stat.h"
#include "syscalls.h"

namespace data {
namespace {

struct LinuxEntry {
  uint64_t inode;
  uint64_t next;
  uint16_t bytes;
  uint8_t type;
  char name[];
};

/** WASI's dirent, before the name. */
struct Header {
  uint64_t next;
  uint64_t inode;
  uint32_t nameLength;
  uint8_t kind;
  uint8_t padding[3];
};
static_assert(sizeof(Header) == 24);

/** At least one entry of the longest name (255 bytes) must fit. */
constexpr size_t kMinChunk = 512;
constexpr size_t kMaxChunk = 32768;

FileKind kindOfEntry(int fd, const LinuxEntry& entry) {
  if (entry.type != DT_UNKNOWN) return kindOfMode(DTTOIF(entry.type));
  // Some file systems don't say.
  struct stat status;
  return statusOf(fd, entry.name, status, AT_SYMLINK_NOFOLLOW) == 0 ? kindOfMode(status.st_mode) : kUnknown;
}

/** The guest's buffer: takes what fits, the last entry may be cut anywhere. */
class Buffer {
 public:
  Buffer(uint8_t* bytes, size_t size) : bytes_(bytes), size_(size) {}

  void put(const void* from, size_t length) {
    length = std::min(length, size_ - used_);
    memcpy(bytes_ + used_, from, length);
    used_ += length;
  }
  size_t used() const { return used_; }
  bool full() const { return used_ == size_; }

 private:
  uint8_t* bytes_;
  size_t size_;
  size_t used_ = 0;
};

void putEntry(Buffer& buffer, int fd, const LinuxEntry& entry) {
  const size_t length = strlen(entry.name);
  const Header header{
      entry.next, entry.inode, static_cast<uint32_t>(length), static_cast<uint8_t>(kindOfEntry(fd, entry)), {}};
  buffer.put(&header, sizeof header);
  buffer.put(entry.name, length);
}

}  // namespace

/** readDirectory(fd, memory, buffer, length, cookie): bytes used; fewer than `length` means that the end was reached.
 */
void readDirectory(const Info& info) {
  const int fd = integer(info, 0);
  const double length = number(info, 3);
  uint8_t* bytes = memory(info, 1).at(number(info, 2), length);
  if (bytes == nullptr) return answer(info, -EFAULT);
  // The cookie is the kernel's own position: it stays right while entries come and go.
  if (::lseek(fd, static_cast<off_t>(wide(info, 4)), SEEK_SET) < 0) return answer(info, -errno);
  Buffer buffer(bytes, static_cast<size_t>(length));
  alignas(LinuxEntry) char chunk[kMaxChunk];
  while (!buffer.full()) {
    const size_t wanted = std::clamp(static_cast<size_t>(length) - buffer.used(), kMinChunk, kMaxChunk);
    const long filled = sys::retry([&] { return syscall(SYS_getdents64, fd, chunk, wanted); });
    if (filled < 0) return answer(info, -errno);
    if (filled == 0) break;
    for (long at = 0; at < filled && !buffer.full();) {
      const auto* entry = reinterpret_cast<const LinuxEntry*>(chunk + at);
      putEntry(buffer, fd, *entry);
      at += entry->bytes;
    }
  }
  answer(info, static_cast<int64_t>(buffer.used()));
}

}  // namespace data
