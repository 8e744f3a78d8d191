#include "channel.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "plan-message.h"

namespace channel {
namespace {

/** Linux accepts 253 descriptors a message (SCM_MAX_FD). */
constexpr size_t kFdsPerMessage = 250;

sys::Failure sendFds(int socket, const PlanMessage& header, std::span<const int> fds) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kFdsPerMessage)] = {};
  iovec iov{const_cast<PlanMessage*>(&header), sizeof header};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(fds.size_bytes());
  cmsghdr* c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(fds.size_bytes());
  std::memcpy(CMSG_DATA(c), fds.data(), fds.size_bytes());
  if (sys::retry([&] { return sendmsg(socket, &message, MSG_NOSIGNAL); }) < 0) return sys::failure("sendmsg");
  return {};
}

sys::Failure receiveFds(int socket, PlanMessage& header, std::vector<int>& fds) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kFdsPerMessage)];
  iovec iov{&header, sizeof header};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = sys::retry([&] { return recvmsg(socket, &message, MSG_CMSG_CLOEXEC); });
  if (n < 0) return sys::failure("recvmsg");
  if (n != sizeof header) return {"recvmsg", n == 0 ? ECONNRESET : EBADMSG};
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    const int* received = reinterpret_cast<const int*>(CMSG_DATA(c));
    fds.insert(fds.end(), received, received + count);
  }
  return {};
}

sys::Failure writeAll(int fd, std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    ssize_t n = sys::retry([&] { return write(fd, bytes.data(), bytes.size()); });
    if (n < 0) return sys::failure("write");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

sys::Failure readAt(int fd, off_t offset, std::vector<uint8_t>& into, size_t size) {
  into.resize(size);
  for (size_t done = 0; done < size;) {
    ssize_t n =
        sys::retry([&] { return pread(fd, into.data() + done, size - done, offset + static_cast<off_t>(done)); });
    if (n < 0) return sys::failure("pread");
    if (n == 0) return {"pread", EBADMSG};
    done += static_cast<size_t>(n);
  }
  return {};
}

}  // namespace

sys::Failure makePair(int fds[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0 ? sys::Failure{} : sys::failure("socketpair");
}

sys::Failure sendPlan(int socket, const SandboxPlan& plan, std::span<const uint8_t> config, std::span<const int> fds) {
  if (fds.size() > kMaxFds) return {"sendmsg", E2BIG};
  sys::OwnFd memory(memfd_create("wasmctr-plan", MFD_CLOEXEC));
  if (!memory.valid()) return sys::failure("memfd_create");
  std::vector<uint8_t> bytes = encodePlan(plan);
  PlanMessage header{static_cast<uint32_t>(bytes.size()), static_cast<uint32_t>(config.size()),
                     static_cast<uint32_t>(fds.size())};
  if (auto f = writeAll(memory.get(), bytes); f.failed()) return f;
  if (auto f = writeAll(memory.get(), config); f.failed()) return f;
  std::vector<int> all{memory.get()};
  all.insert(all.end(), fds.begin(), fds.end());
  for (size_t sent = 0; sent < all.size(); sent += kFdsPerMessage) {
    auto part = std::span<const int>(all).subspan(sent, std::min(kFdsPerMessage, all.size() - sent));
    if (auto f = sendFds(socket, header, part); f.failed()) return f;
  }
  return {};
}

sys::Failure receivePlan(int socket, Delivery& into) {
  PlanMessage header{};
  std::vector<int> fds;
  do {
    if (auto f = receiveFds(socket, header, fds); f.failed()) return f;
  } while (fds.size() < size_t{header.fdCount} + 1);
  sys::OwnFd memory(fds.front());
  into.fds.assign(fds.begin() + 1, fds.end());
  std::vector<uint8_t> bytes;
  if (auto f = readAt(memory.get(), 0, bytes, header.planBytes); f.failed()) return f;
  if (auto f = readAt(memory.get(), header.planBytes, into.config, header.configBytes); f.failed()) return f;
  auto plan = decodePlan(bytes);
  if (!plan) return {"plan", EBADMSG};
  into.plan = std::move(*plan);
  return {};
}

sys::Failure sendDescriptor(int socket, std::string_view text, int fd, uint64_t mark) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  iovec iov{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(c), &fd, sizeof fd);
  const auto call = [&] { return syscall(SYS_sendmsg, socket, &message, MSG_NOSIGNAL, mark); };
  return sys::retry(call) < 0 ? sys::failure("sendmsg") : sys::Failure{};
}

sys::Failure receiveDescriptor(int socket, std::vector<uint8_t>& bytes, sys::OwnFd& fd) {
  bytes.resize(kMaxMessageBytes);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec iov{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  message.msg_control = control;
  // Not CMSG_SPACE: its padding is room for a second descriptor, which nobody would close.
  message.msg_controllen = CMSG_LEN(sizeof(int));
  const ssize_t n = sys::retry([&] { return recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT); });
  if (n < 0) return sys::failure("recvmsg");
  const cmsghdr* c = CMSG_FIRSTHDR(&message);
  if (c != nullptr && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
    fd.reset(*reinterpret_cast<const int*>(CMSG_DATA(c)));
  if (n == 0) return {"recvmsg", ECONNRESET};
  // MSG_CTRUNC: descriptors without room for them; the kernel has dropped those.
  if (message.msg_flags & MSG_TRUNC) return {"recvmsg", EMSGSIZE};
  bytes.resize(static_cast<size_t>(n));
  return {};
}

}  // namespace channel
