// System calls that the host side of a container is made of.
#include <fcntl.h>
#include <sys/mman.h>

#include <climits>
#include <csignal>

#include "attempts.h"
#include "sys.h"

namespace probe {

int memfdCreate() {
  return opened(memfd_create("wasmctr-probe", 0));
}

int openat2() {
  struct {
    uint64_t flags, mode, resolve;
  } how = {O_PATH | O_CLOEXEC, 0, 0x08 | 0x02};  // RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS
  return opened(syscall(SYS_openat2, AT_FDCWD, ".", &how, sizeof how));
}

int closeRange() {
  return result(syscall(SYS_close_range, UINT_MAX, UINT_MAX, 0));
}

int pidfdOpen() {
  return opened(syscall(SYS_pidfd_open, getpid(), 0));
}

int pidfdSendSignal() {
  sys::OwnFd fd(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  return result(syscall(SYS_pidfd_send_signal, fd.get(), 0, nullptr, 0));
}

namespace {
/** struct clone_args up to its newest field. */
struct CloneArgs {
  uint64_t flags, pidfd, childTid, parentTid, exitSignal, stack, stackSize, tls, setTid, setTidSize, cgroup;
};
}  // namespace

int clone3() {
  return complains(syscall(SYS_clone3, nullptr, 0), EINVAL);
}

/** A directory that is no cgroup: EBADF is the complaint of a kernel that looked, E2BIG of one without the field. */
int cloneIntoCgroup() {
  sys::OwnFd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  CloneArgs args{};
  args.flags = 0x200000000;  // CLONE_INTO_CGROUP
  args.exitSignal = SIGCHLD;
  args.cgroup = static_cast<uint64_t>(root.get());
  return complains(syscall(SYS_clone3, &args, sizeof args), EBADF);
}

}  // namespace probe
