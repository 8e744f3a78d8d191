// No capability in any set, none that could come back, and no privileges by exec (capabilities(7)).
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

#include "layers.h"

namespace layers {
namespace {

constexpr unsigned long kLockedSecurebits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                            SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                            SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

sys::Failure emptyAll() {
  // Until the kernel says that the number is unknown to it: new capabilities need no new code.
  for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) return sys::failure("prctl PR_CAPBSET_DROP");
  if (prctl(PR_SET_SECUREBITS, kLockedSecurebits, 0, 0, 0) < 0) return sys::failure("prctl PR_SET_SECUREBITS");
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return sys::failure("prctl PR_CAP_AMBIENT");
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return syscall(SYS_capset, &header, none) == 0 ? sys::Failure{} : sys::failure("capset");
}

}  // namespace

sys::Failure dropCapabilities(const stages::Context& c) {
  if (c.plan.dropCapabilities)
    if (auto f = emptyAll(); f.failed()) return f;
  // Undumpable: no sibling of the same uid may ptrace it or read its memory.
  if (prctl(PR_SET_DUMPABLE, 0) < 0) return sys::failure("prctl PR_SET_DUMPABLE");
  if (c.plan.noNewPrivs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return sys::failure("prctl PR_SET_NO_NEW_PRIVS");
  return {};
}

}  // namespace layers
