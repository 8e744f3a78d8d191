// Bytes in and out: readv, writev, preadv, pwritev and the same for one buffer, lseek. Of the many calls of that kind
// only preadv2(2), pwritev2(2) and write(2) are used: each call more is one more in the filter.
#include <poll.h>

#include "../sys.h"
#include "calls.h"
#include "iovecs.h"
#include "syscalls.h"

namespace data {
namespace {

/** How a descriptor is waited for; the same numbers as `WaitMode` in data.ts. */
enum WaitMode {
  /** Its O_NONBLOCK flag is the guest's own. */
  kOwn = 0,
  /** Shared with the caller, who may have set O_NONBLOCK: wait for what the guest expects to wait for. */
  kSharedBlocking = 1,
  /** Shared with the caller, who must not find O_NONBLOCK set: ask whether it is ready first. */
  kSharedNonblocking = 2,
};

/** Whether the descriptor is ready; `wait` waits until it is. */
bool ready(int fd, short events, bool wait) {
  pollfd entry{fd, events, 0};
  const timespec now{0, 0};
  return sys::retry([&] { return ppoll(&entry, 1, wait ? nullptr : &now, nullptr); }) > 0;
}

template <typename Call>
int64_t transfer(int fd, short events, int mode, Call call) {
  if (mode == kSharedNonblocking && !ready(fd, events, false)) return -EAGAIN;
  for (;;) {
    const ssize_t done = sys::retry(call);
    if (done >= 0) return done;
    if (errno != EAGAIN || mode != kSharedBlocking) return -errno;
    ready(fd, events, true);
  }
}

/** Arguments 1 to 3, (memory, address, length), as one piece; false when it lies outside. */
bool piece(const Info& info, iovec& item) {
  const double length = number(info, 3);
  item.iov_base = memory(info, 1).at(number(info, 2), length);
  if (item.iov_base == nullptr) return false;
  item.iov_len = static_cast<size_t>(length);
  return true;
}

}  // namespace

/** readv(fd, memory, iovs, count, mode) */
void readv(const Info& info) {
  const int fd = integer(info, 0);
  Iovecs iovecs;
  if (const int bad = iovecs.read(memory(info, 1), number(info, 2), number(info, 3))) return answer(info, bad);
  const auto call = [&] { return preadv2(fd, iovecs.items(), iovecs.count(), kCurrentPosition); };
  answer(info, transfer(fd, POLLIN, integer(info, 4), call));
}

/** writev(fd, memory, iovs, count, mode, limit) */
void writev(const Info& info) {
  const int fd = integer(info, 0);
  Iovecs iovecs;
  if (const int bad = iovecs.read(memory(info, 1), number(info, 2), number(info, 3), number(info, 5)))
    return answer(info, bad);
  const iovec* items = iovecs.items();
  // write(2) for the common case: a third faster than pwritev2(2), and V8 needs it in any filter.
  const auto call = [&] {
    if (iovecs.count() == 1) return ::write(fd, items->iov_base, items->iov_len);
    return pwritev2(fd, items, iovecs.count(), kCurrentPosition);
  };
  answer(info, transfer(fd, POLLOUT, integer(info, 4), call));
}

/** preadv(fd, memory, iovs, count, offset) */
void preadv(const Info& info) {
  Iovecs iovecs;
  if (const int bad = iovecs.read(memory(info, 1), number(info, 2), number(info, 3))) return answer(info, bad);
  const auto offset = static_cast<off_t>(wide(info, 4));
  if (offset < 0) return answer(info, -EINVAL);
  answer(info, outcome(sys::retry([&] { return preadv2(integer(info, 0), iovecs.items(), iovecs.count(), offset); })));
}

/** pwritev(fd, memory, iovs, count, offset, limit) */
void pwritev(const Info& info) {
  Iovecs iovecs;
  if (const int bad = iovecs.read(memory(info, 1), number(info, 2), number(info, 3), number(info, 5)))
    return answer(info, bad);
  const auto offset = static_cast<off_t>(wide(info, 4));
  if (offset < 0) return answer(info, -EINVAL);
  answer(info, outcome(sys::retry([&] { return pwritev2(integer(info, 0), iovecs.items(), iovecs.count(), offset); })));
}

/** read(fd, memory, address, length, mode) */
void read(const Info& info) {
  const int fd = integer(info, 0);
  iovec item;
  if (!piece(info, item)) return answer(info, -EFAULT);
  const auto call = [&] { return preadv2(fd, &item, 1, kCurrentPosition); };
  answer(info, transfer(fd, POLLIN, integer(info, 4), call));
}

/** write(fd, memory, address, length, mode) */
void write(const Info& info) {
  const int fd = integer(info, 0);
  iovec item;
  if (!piece(info, item)) return answer(info, -EFAULT);
  const auto call = [&] { return ::write(fd, item.iov_base, item.iov_len); };
  answer(info, transfer(fd, POLLOUT, integer(info, 4), call));
}

/** pread(fd, memory, address, length, offset) */
void pread(const Info& info) {
  iovec item;
  if (!piece(info, item)) return answer(info, -EFAULT);
  const auto offset = static_cast<off_t>(wide(info, 4));
  if (offset < 0) return answer(info, -EINVAL);
  answer(info, outcome(sys::retry([&] { return preadv2(integer(info, 0), &item, 1, offset); })));
}

/** pwrite(fd, memory, address, length, offset) */
void pwrite(const Info& info) {
  iovec item;
  if (!piece(info, item)) return answer(info, -EFAULT);
  const auto offset = static_cast<off_t>(wide(info, 4));
  if (offset < 0) return answer(info, -EINVAL);
  answer(info, outcome(sys::retry([&] { return pwritev2(integer(info, 0), &item, 1, offset); })));
}

/** lseek(fd, offset, whence, memory, result): the new offset as 64 bits at `result`. */
void lseek(const Info& info) {
  uint8_t* result = memory(info, 3).at(number(info, 4), 8);
  if (result == nullptr) return answer(info, -EFAULT);
  const off_t offset = ::lseek(integer(info, 0), static_cast<off_t>(wide(info, 1)), integer(info, 2));
  if (offset < 0) return answer(info, -errno);
  store<uint64_t>(result, offset);
  answer(info, 0);
}

}  // namespace data
