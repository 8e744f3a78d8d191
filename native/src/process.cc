#include "process.h"

#include <sys/wait.h>

namespace process {

sys::Failure reap(int pid, Status& into) {
  int status = 0;
  pid_t got = sys::retry([&] { return wait4(pid, &status, WNOHANG, &into.usage); });
  if (got < 0) return sys::failure("wait4");
  into.ended = got == pid;
  into.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  into.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return {};
}

sys::Failure sendSignal(int pidfd, int signal) {
  if (syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0 || errno == ESRCH) return {};
  return sys::failure("pidfd_send_signal");
}

}  // namespace process
