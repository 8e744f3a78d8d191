// Socket names as they cross the seam: struct sockaddr_in or sockaddr_in6, as it stands, in an ArrayBuffer.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "../data/call.h"

namespace net {

/** Bytes of every buffer for a name. */
constexpr socklen_t kNameBytes = sizeof(sockaddr_in6);

/** The name in a buffer; null: too short a buffer. */
inline sockaddr* nameIn(const data::Info& info, int index) {
  return reinterpret_cast<sockaddr*>(data::memory(info, index).at(0, kNameBytes));
}

/** 0 for a family that has no business here: the kernel answers EINVAL. */
inline socklen_t lengthOf(const sockaddr* name) {
  if (name->sa_family == AF_INET) return sizeof(sockaddr_in);
  return name->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : 0;
}

}  // namespace net
