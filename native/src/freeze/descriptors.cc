#include "descriptors.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstring>

namespace freeze {
namespace {

bool isIgnored(int fd, const int* ignored, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ignored[i] == fd) return true;
  return fd <= 2;
}

bool sameObject(int a, int b) {
  struct stat first, second;
  return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_ino == second.st_ino &&
         first.st_dev == second.st_dev;
}

FrozenDescriptor* pipeWithoutPartner(Scratch& scratch, int fd) {
  for (uint32_t i = 0; i < scratch.header.descriptors; i++) {
    FrozenDescriptor& d = scratch.descriptors[i];
    if (d.kind != FROZEN_PIPE || (d.number >= 0 && d.writer >= 0)) continue;
    if (sameObject(d.number >= 0 ? d.number : d.writer, fd)) return &d;
  }
  return nullptr;
}

FrozenDescriptor describe(FrozenKind kind, int number, uint32_t flags) {
  FrozenDescriptor d{};
  d.kind = kind;
  d.number = number;
  d.writer = -1;
  d.statusFlags = flags;
  return d;
}

sys::Failure readPending(FrozenDescriptor& d) {
  int pending = 0;
  if (ioctl(d.number, FIONREAD, &pending) < 0) return sys::failure("ioctl FIONREAD");
  if (static_cast<size_t>(pending) > sizeof d.bytes) return {"a pipe holds too much", E2BIG};
  d.pending = static_cast<uint32_t>(pending);
  if (pending > 0 && read(d.number, d.bytes, d.pending) != pending) return sys::failure("read a pipe");
  if (pending > 0 && write(d.writer, d.bytes, d.pending) != pending) return sys::failure("write a pipe");
  return {};
}

sys::Failure addPipeEnd(Scratch& scratch, FrozenDescriptor*& next, int fd, uint32_t flags) {
  const bool writes = (flags & O_ACCMODE) == O_WRONLY;
  FrozenDescriptor* d = pipeWithoutPartner(scratch, fd);
  if (d == nullptr) {
    d = next++;
    *d = describe(FROZEN_PIPE, -1, 0);
    scratch.header.descriptors++;
  }
  (writes ? d->writer : d->number) = fd;
  (writes ? d->writerStatusFlags : d->statusFlags) = flags;
  return d->number >= 0 && d->writer >= 0 ? readPending(*d) : sys::Failure{};
}

sys::Failure add(Scratch& scratch, int fd) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  char target[64] = {};
  if (readlink(path, target, sizeof target - 1) < 0) return errno == ENOENT ? sys::Failure{} : sys::failure("readlink");
  if (scratch.header.descriptors == FROZEN_MAX_DESCRIPTORS) return {"list descriptors", E2BIG};
  FrozenDescriptor* next = scratch.descriptors + scratch.header.descriptors;
  const auto flags = static_cast<uint32_t>(fcntl(fd, F_GETFL));
  if (strncmp(target, "pipe:", 5) == 0) return addPipeEnd(scratch, next, fd, flags);
  if (strcmp(target, "anon_inode:[eventfd]") == 0)
    *next = describe(FROZEN_EVENTFD, fd, flags);
  else if (strcmp(target, "anon_inode:[eventpoll]") == 0)
    *next = describe(FROZEN_EPOLL, fd, flags);
  else
    return {"a descriptor can't be frozen", EBADF};
  scratch.header.descriptors++;
  return {};
}

}  // namespace

sys::Failure listDescriptors(Scratch& scratch, const int* ignored, size_t ignoredCount) {
  // By trying all numbers: opendir would allocate, and the process has few.
  for (int fd = 3; fd < 1024; fd++) {
    if (isIgnored(fd, ignored, ignoredCount) || fcntl(fd, F_GETFD) < 0) continue;
    if (auto f = add(scratch, fd); f.failed()) return f;
  }
  for (uint32_t i = 0; i < scratch.header.descriptors; i++) {
    const FrozenDescriptor& d = scratch.descriptors[i];
    if (d.number < FROZEN_FIRST_FD || (d.kind == FROZEN_PIPE && d.writer < FROZEN_FIRST_FD))
      return {"a descriptor is not where it should be", EBADF};
  }
  return {};
}

}  // namespace freeze
