// System calls by number, where a C library may make another than its function is named after: fstat for fstatat,
// renameat for renameat2, preadv for preadv2, a getrandom that maps memory of its own. The filter has the named ones.
#pragma once
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "../sys.h"

namespace data {

/** newfstatat(2): `struct stat` is the kernel's own on 64-bit machines, in every C library. */
inline int statusOf(int dir, const char* path, struct stat& status, int flags) {
  return static_cast<int>(syscall(SYS_newfstatat, dir, path, &status, flags));
}

/** Where the stream stands: preadv2(2) and pwritev2(2) serve both, two calls in the filter instead of four. */
constexpr off_t kCurrentPosition = -1;

// On 64-bit machines the offset is one register; the next is unused.

inline ssize_t preadv2(int fd, const iovec* items, int count, off_t offset) {
  return syscall(SYS_preadv2, fd, items, count, offset, 0L, 0L);
}

inline ssize_t pwritev2(int fd, const iovec* items, int count, off_t offset) {
  return syscall(SYS_pwritev2, fd, items, count, offset, 0L, 0L);
}

inline int renameat2(int fromDir, const char* from, int toDir, const char* to) {
  return static_cast<int>(syscall(SYS_renameat2, fromDir, from, toDir, to, 0U));
}

inline ssize_t getrandom(void* bytes, size_t length) {
  return syscall(SYS_getrandom, bytes, length, 0U);
}

}  // namespace data
