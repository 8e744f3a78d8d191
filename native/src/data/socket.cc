// Sockets a guest was given: accepting on listeners, sending, receiving.
#include <sys/socket.h>

#include "../sys.h"
#include "calls.h"
#include "iovecs.h"
#include "syscalls.h"

namespace data {
namespace {

constexpr int kPeek = 1;
constexpr int kWaitAll = 2;
/** Added to the count when a datagram was longer than the buffers: above any count (MAX_RW_COUNT is below 2^31). */
constexpr int64_t kTruncated = int64_t{1} << 32;

msghdr messageOf(Iovecs& iovecs) {
  msghdr message{};
  message.msg_iov = iovecs.items();
  message.msg_iovlen = static_cast<size_t>(iovecs.count());
  return message;
}

}  // namespace

/** accept(fd, nonblock) */
void accept(const Info& info) {
  const int flags = SOCK_CLOEXEC | (integer(info, 1) == 1 ? SOCK_NONBLOCK : 0);
  answer(info, outcome(sys::retry([&] { return accept4(integer(info, 0), nullptr, nullptr, flags); })));
}

/** receive(fd, memory, iovs, count, flags) */
void receive(const Info& info) {
  Iovecs iovecs;
  if (const int bad = iovecs.read(memory(info, 1), number(info, 2), number(info, 3))) return answer(info, bad);
  msghdr message = messageOf(iovecs);
  const int wanted = integer(info, 4);
  const int flags = MSG_CMSG_CLOEXEC | (wanted & kPeek ? MSG_PEEK : 0) | (wanted & kWaitAll ? MSG_WAITALL : 0);
  const ssize_t size = sys::retry([&] { return recvmsg(integer(info, 0), &message, flags); });
  if (size < 0) return answer(info, -errno);
  answer(info, message.msg_flags & MSG_TRUNC ? size + kTruncated : size);
}

/** send(fd, memory, iovs, count) */
void send(const Info& info) {
  Iovecs iovecs;
  if (const int bad = iovecs.read(memory(info, 1), number(info, 2), number(info, 3))) return answer(info, bad);
  // Not sendmsg(2), whose message could name an address or carry descriptors, out of a filter's sight. SIGPIPE is
  // ignored in a container: EPIPE is the answer.
  const auto call = [&] { return pwritev2(integer(info, 0), iovecs.items(), iovecs.count(), kCurrentPosition); };
  answer(info, outcome(sys::retry(call)));
}

/** shutdown(fd, how): SHUT_RD, SHUT_WR or SHUT_RDWR. */
void shutdown(const Info& info) {
  answer(info, outcome(::shutdown(integer(info, 0), integer(info, 1))));
}

}  // namespace data
