// Sockets as a broker makes them: never blocking, closed on exec, TCP and UDP over IPv4 and IPv6 and nothing else.
#include <fcntl.h>
#include <linux/tcp.h>

#include "../sys.h"
#include "calls.h"
#include "name.h"

namespace net {

using data::answer;
using data::integer;
using data::outcome;

/** openSocket(family, type) */
void openSocket(const Info& info) {
  answer(info, outcome(socket(integer(info, 0), integer(info, 1) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)));
}

/** duplicate(fd) */
void duplicate(const Info& info) {
  answer(info, outcome(fcntl(integer(info, 0), F_DUPFD_CLOEXEC, 0)));
}

/** socketPair(type, out): two descriptors of connected unix sockets as i32 at `out`. */
void socketPair(const Info& info) {
  uint8_t* out = data::memory(info, 1).at(0, 2 * sizeof(int));
  if (out == nullptr) return answer(info, -EFAULT);
  int pair[2];
  const int result = socketpair(AF_UNIX, integer(info, 0) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair);
  if (result == 0) memcpy(out, pair, sizeof pair);
  answer(info, outcome(result));
}

/** bindSocket(fd, name) */
void bindSocket(const Info& info) {
  const sockaddr* name = nameIn(info, 1);
  if (name == nullptr) return answer(info, -EFAULT);
  answer(info, outcome(bind(integer(info, 0), name, lengthOf(name))));
}

/** connectSocket(fd, name): -EINPROGRESS until the socket is writable. */
void connectSocket(const Info& info) {
  const sockaddr* name = nameIn(info, 1);
  if (name == nullptr) return answer(info, -EFAULT);
  answer(info, outcome(connect(integer(info, 0), name, lengthOf(name))));
}

/** listenSocket(fd, backlog) */
void listenSocket(const Info& info) {
  answer(info, outcome(listen(integer(info, 0), integer(info, 1))));
}

/** acceptSocket(fd, name): the connection, and the peer's name. */
void acceptSocket(const Info& info) {
  sockaddr* name = nameIn(info, 1);
  if (name == nullptr) return answer(info, -EFAULT);
  socklen_t length = kNameBytes;
  const auto call = [&] { return accept4(integer(info, 0), name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC); };
  answer(info, outcome(sys::retry(call)));
}

/** socketName(fd, name, peer): its own name, or with `peer` the other end's. */
void socketName(const Info& info) {
  sockaddr* name = nameIn(info, 1);
  if (name == nullptr) return answer(info, -EFAULT);
  socklen_t length = kNameBytes;
  const auto call = integer(info, 2) == 1 ? getpeername : getsockname;
  answer(info, outcome(call(integer(info, 0), name, &length)));
}

/** setSocketOption(fd, level, option, value) */
void setSocketOption(const Info& info) {
  const int value = integer(info, 3);
  answer(info, outcome(setsockopt(integer(info, 0), integer(info, 1), integer(info, 2), &value, sizeof value)));
}

/** getSocketOption(fd, level, option): options whose value is never negative. */
void getSocketOption(const Info& info) {
  int value = 0;
  socklen_t length = sizeof value;
  const int result = getsockopt(integer(info, 0), integer(info, 1), integer(info, 2), &value, &length);
  answer(info, result < 0 ? -errno : value);
}

/** tcpTraffic(fd, out): bytes sent, repeated ones too, and bytes received, as u64 at `out`. */
void tcpTraffic(const Info& info) {
  uint8_t* out = data::memory(info, 1).at(0, 2 * sizeof(uint64_t));
  if (out == nullptr) return answer(info, -EFAULT);
  tcp_info traffic{};
  socklen_t length = sizeof traffic;
  const int result = getsockopt(integer(info, 0), IPPROTO_TCP, TCP_INFO, &traffic, &length);
  data::store<uint64_t>(out, traffic.tcpi_bytes_sent);
  data::store<uint64_t>(out + sizeof(uint64_t), traffic.tcpi_bytes_received);
  answer(info, outcome(result));
}

}  // namespace net
