// Mounts and processes: against the real kernel. Where it refuses user namespaces or mounts, so do these parts.
#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "../src/mounts.h"
#include "../src/process.h"
#include "check.h"

namespace {

bool isRefusal(sys::Failure f) {
  return f.error == EPERM || f.error == EACCES || f.error == ENOSPC;
}

template <typename Child>
process::Status endOf(Child child) {
  pid_t pid = fork();
  if (pid == 0) {
    child();
    _exit(0);
  }
  process::Status status{};
  while (!status.ended) CHECK(!process::reap(pid, status).failed());
  return status;
}

}  // namespace

namespace tests {

void idmapLeavesNothing() {
  for (int i = 0; i < 20; i++) {
    sys::OwnFd userns;
    auto f = mounts::makeIdmap("0 1000 1", "0 1000 1", userns);
    if (isRefusal(f)) return;
    CHECK(!f.failed());
    CHECK(userns.valid() && fcntl(userns.get(), F_GETFD) == FD_CLOEXEC);
  }
  sys::OwnFd none;
  CHECK(mounts::makeIdmap("not a map", "0 0 1", none).failed());
  CHECK(!none.valid());
  // Every helper is dead and reaped.
  CHECK(waitpid(-1, nullptr, WNOHANG | __WALL) == -1 && errno == ECHILD);
}

void tmpfsHasItsLimits() {
  sys::OwnFd tmpfs;
  auto f = mounts::makeTmpfs({1 << 20, 16, 0, 0, "0700"}, tmpfs);
  if (isRefusal(f)) return;
  CHECK(!f.failed());
  struct statfs facts;
  CHECK(fstatfs(tmpfs.get(), &facts) == 0);
  CHECK(facts.f_blocks * static_cast<unsigned long>(facts.f_bsize) == 1 << 20 && facts.f_files == 16);
  sys::OwnFd copy;
  CHECK(!mounts::cloneTree(tmpfs.get(), {true, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC, -1}, copy).failed());
  CHECK(openat(copy.get(), "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) == -1 && errno == EROFS);
  CHECK(mounts::cloneTree(-1, {true, 0, -1}, copy).error == EBADF);
}

void reapTellsHowItEnded() {
  auto exited = endOf([] { _exit(7); });
  CHECK(exited.code == 7 && exited.signal == 0);
  auto killed = endOf([] { raise(SIGKILL); });
  CHECK(killed.code == -1 && killed.signal == SIGKILL);
  process::Status status{};
  CHECK(process::reap(1, status).error == ECHILD);
}

}  // namespace tests
