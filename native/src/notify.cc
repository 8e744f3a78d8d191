#include "notify.h"

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "channel.h"

namespace notify {
namespace {

/**
 * Stands in an argument that sendmsg(2) and close(2) don't have but a filter sees: the filter lets these two go by
 * (bootstrapMark in seccomp-compile.ts). Nobody could answer for them yet.
 */
constexpr uint64_t kMark = 0x7761'736d'6374'7231;

}  // namespace

sys::Failure handOver(int listener, int controlFd) {
  if (auto f = channel::sendDescriptor(controlFd, "{\"type\":\"listener\"}", listener, kMark); f.failed()) return f;
  // With a copy of its own the container could wait for itself for ever once the supervisor is gone.
  return syscall(SYS_close, listener, kMark) < 0 ? sys::failure("close") : sys::Failure{};
}

sys::Failure continueOne(int listener, Answered& into) {
  // Asked first, since receiving waits for a call whatever the flags of the descriptor are.
  pollfd entry{listener, POLLIN, 0};
  if (sys::retry([&] { return poll(&entry, 1, 0); }) < 0) return sys::failure("poll");
  into.gone = (entry.revents & POLLIN) == 0 && (entry.revents & POLLHUP) != 0;
  if ((entry.revents & POLLIN) == 0) return {};
  seccomp_notif call{};
  // ENOENT: the process was killed while it waited.
  if (sys::retry([&] { return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call); }) < 0)
    return errno == ENOENT ? sys::Failure{} : sys::failure("SECCOMP_IOCTL_NOTIF_RECV");
  into.number = call.data.nr;
  seccomp_notif_resp response{call.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  if (sys::retry([&] { return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response); }) < 0 && errno != ENOENT)
    return sys::failure("SECCOMP_IOCTL_NOTIF_SEND");
  return {};
}

}  // namespace notify
