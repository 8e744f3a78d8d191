// Landlock, seccomp, and what V8 may use of the CPU.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "attempts.h"
#include "sys.h"

namespace probe {

int noNewPrivs() {
  return result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

int landlockAbi() {
  constexpr unsigned kVersion = 1;
  long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersion);
  return abi < 0 ? -errno : static_cast<int>(abi);
}

int landlockRestrict() {
  uint64_t handledExecute = 1;
  sys::OwnFd rules(static_cast<int>(syscall(SYS_landlock_create_ruleset, &handledExecute, sizeof handledExecute, 0)));
  if (!rules.valid()) return -errno;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return result(syscall(SYS_landlock_restrict_self, rules.get(), 0));
}

int seccompFilter() {
  sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  sock_fprog program = {1, &allow};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

namespace {
int seccompAction(uint32_t action) {
  return result(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
}
}  // namespace

int seccompKillProcess() {
  return seccompAction(SECCOMP_RET_KILL_PROCESS);
}

int seccompUserNotif() {
  return seccompAction(SECCOMP_RET_USER_NOTIF);
}

int protectionKeys() {
  long key = syscall(SYS_pkey_alloc, 0, 0);
  if (key < 0) return -errno;
  return result(syscall(SYS_pkey_free, key));
}

}  // namespace probe
