// Datagrams with their addresses, and descriptors for a container.
#include <string_view>

#include "../channel.h"
#include "calls.h"
#include "name.h"

namespace net {

using data::answer;
using data::integer;
using data::outcome;

/** sendTo(fd, buffer, address, length, name): `name` null sends to the socket's peer. */
void sendTo(const Info& info) {
  const double length = data::number(info, 3);
  const uint8_t* bytes = data::memory(info, 1).at(data::number(info, 2), length);
  if (bytes == nullptr) return answer(info, -EFAULT);
  const sockaddr* name = info[4]->IsNull() ? nullptr : nameIn(info, 4);
  const socklen_t nameLength = name == nullptr ? 0 : lengthOf(name);
  const auto call = [&] {
    return sendto(integer(info, 0), bytes, static_cast<size_t>(length), MSG_NOSIGNAL | MSG_DONTWAIT, name, nameLength);
  };
  answer(info, outcome(sys::retry(call)));
}

/** receiveFrom(fd, buffer, address, length, name): the sender's name goes to `name`. */
void receiveFrom(const Info& info) {
  const double length = data::number(info, 3);
  uint8_t* bytes = data::memory(info, 1).at(data::number(info, 2), length);
  sockaddr* name = nameIn(info, 4);
  if (bytes == nullptr || name == nullptr) return answer(info, -EFAULT);
  socklen_t nameLength = kNameBytes;
  const auto call = [&] {
    return recvfrom(integer(info, 0), bytes, static_cast<size_t>(length), MSG_DONTWAIT, name, &nameLength);
  };
  answer(info, outcome(sys::retry(call)));
}

/** sendDescriptor(channel, buffer, length, fd): one message that carries a descriptor; -EAGAIN when there is no room.
 */
void sendDescriptor(const Info& info) {
  const double length = data::number(info, 2);
  const uint8_t* bytes = data::memory(info, 1).at(0, length);
  if (bytes == nullptr) return answer(info, -EFAULT);
  const std::string_view text(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
  answer(info, -channel::sendDescriptor(integer(info, 0), text, integer(info, 3), 0).error);
}

}  // namespace net
