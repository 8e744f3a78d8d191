#include "listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace listening {

sys::Failure tcp(const std::string& address, uint16_t port, int backlog, sys::OwnFd& into) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  bool isV4 = inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1;
  if (!isV4 && inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) return {"inet_pton", EINVAL};
  into.reset(socket(isV4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!into.valid()) return sys::failure("socket");
  int on = 1;
  if (setsockopt(into.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return sys::failure("setsockopt");
  auto* name = isV4 ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6);
  if (bind(into.get(), name, isV4 ? sizeof v4 : sizeof v6) < 0) return sys::failure("bind");
  return listen(into.get(), backlog) == 0 ? sys::Failure{} : sys::failure("listen");
}

}  // namespace listening
