// A session keyring of its own, empty: no namespace separates keyrings, and the caller's may hold secrets
// (pam_keyinit).
#include <linux/keyctl.h>

#include "layers.h"

namespace layers {

sys::Failure leaveKeyring(const stages::Context&) {
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr, 0, 0, 0) >= 0) return {};
  // A kernel without keyrings has nothing to leave.
  return errno == ENOSYS ? sys::Failure{} : sys::failure("keyctl");
}

}  // namespace layers
