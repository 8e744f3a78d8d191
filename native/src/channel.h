// The control channel between supervisor and container: SOCK_SEQPACKET, so that a message is never half-read.
#pragma once
#include <cstdint>
#include <span>
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

}  // namespace channel
