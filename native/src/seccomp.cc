// Installs filter bytes (seccomp(2)). What they allow is decided and compiled elsewhere.
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "layers.h"

namespace layers {

sys::Failure filterSyscalls(const stages::Context& c) {
  const std::vector<uint8_t>& bytes = c.plan.seccomp;
  if (bytes.empty()) return {};
  if (bytes.size() % sizeof(sock_filter) != 0 || bytes.size() / sizeof(sock_filter) > BPF_MAXINSNS)
    return {"seccomp", EINVAL};
  sock_fprog program{static_cast<unsigned short>(bytes.size() / sizeof(sock_filter)),
                     const_cast<sock_filter*>(reinterpret_cast<const sock_filter*>(bytes.data()))};
  // SPEC_ALLOW is not asked for: the mitigation of speculative store bypass stays on, as for any seccomp'd process.
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) return sys::failure("seccomp");
  return {};
}

}  // namespace layers
