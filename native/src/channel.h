// The control channel between supervisor and container: SOCK_SEQPACKET, so that a message is never half-read.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "plan.h"
#include "sys.h"

namespace channel {

/** Guest reports above this are refused; the kernel's socket buffer holds several. */
constexpr size_t kMaxMessageBytes = 64 * 1024;
/** Preopens, listeners and rule folders of one container. */
constexpr size_t kMaxFds = 1024;

struct Delivery {
  SandboxPlan plan;
  std::vector<uint8_t> config;
  std::vector<int> fds;
};

sys::Failure makePair(int fds[2]);
sys::Failure sendPlan(int socket, const SandboxPlan& plan, std::span<const uint8_t> config, std::span<const int> fds);
/** Blocks until a plan came; the received descriptors are close-on-exec. ECONNRESET when the supervisor is gone. */
sys::Failure receivePlan(int socket, Delivery& into);
/** Sends a text and one descriptor; `mark` goes where a filter sees it and sendmsg(2) does not look. */
sys::Failure sendDescriptor(int socket, std::string_view text, int fd, uint64_t mark);
/** One message and the descriptor it may bring, without blocking. ECONNRESET at the end, EAGAIN when there is none yet.
 */
sys::Failure receiveDescriptor(int socket, std::vector<uint8_t>& message, sys::OwnFd& fd);

}  // namespace channel
