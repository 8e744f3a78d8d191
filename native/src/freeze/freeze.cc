#include "freeze.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <uv.h>

#include <csignal>
#include <cstdlib>

#include "../fds.h"
#include "../repair.h"
#include "context.h"
#include "descriptors.h"
#include "files.h"
#include "maps.h"
#include "metadata.h"
#include "pages.h"
#include "thread.h"

namespace freeze {
namespace {

/** What a restored process needs of the frozen one, beside its memory. */
Thread frozenThread;

/** Between pages that nobody may touch, so that the kernel doesn't join it to memory that is frozen. */
Scratch* makeScratch() {
  const size_t bytes = (sizeof(Scratch) + FROZEN_PAGE - 1) & ~(FROZEN_PAGE - 1);
  void* all = mmap(nullptr, bytes + 2 * FROZEN_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  char* inner = static_cast<char*>(all) + FROZEN_PAGE;
  return mprotect(inner, bytes, PROT_READ | PROT_WRITE) < 0 ? nullptr : reinterpret_cast<Scratch*>(inner);
}

/** libuv's lock of its signal handling is a pipe that holds a byte; no getter tells its number. */
void appendLockPipe(std::vector<int>& keep) {
  struct stat lock {};
  bool found = false;
  for (int pass = 0; pass < 2; pass++) {
    for (int fd = 3; fd < 1024; fd++) {
      struct stat st;
      int pending = 0;
      if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)) continue;
      if (pass == 0 && ioctl(fd, FIONREAD, &pending) == 0 && pending > 0) {
        lock = st;
        found = true;
      }
      if (pass == 1 && found && st.st_ino == lock.st_ino) keep.push_back(fd);
    }
  }
}

/** As a fork for a container does (fork.cc), but with all that a supervisor needs. */
sys::Failure becomeSingle(uv_loop_t* loop, std::vector<int> wakeUps, std::vector<int> keep) {
  if (int e = uv_loop_fork(loop); e != 0) return {"uv_loop_fork", -e};
  if (auto f = repair::replaceEventFds(wakeUps, loop->async_io_watcher.fd); f.failed()) return f;
  keep.insert(keep.end(), wakeUps.begin(), wakeUps.end());
  for (int fd : {uv_backend_fd(loop), loop->async_io_watcher.fd, loop->async_wfd, loop->signal_pipefd[0],
                 loop->signal_pipefd[1]})
    if (fd >= 0) keep.push_back(fd);
  appendLockPipe(keep);
  keep.insert(keep.end(), {0, 1, 2});
  if (auto f = fds::closeAllBut(std::move(keep)); f.failed()) return f;
  clearenv();
  return chdir("/") < 0 ? sys::failure("chdir") : sys::Failure{};
}

sys::Failure writeImage(Scratch& scratch, const Request& request, const Descriptors& fds, int reportFd) {
  if (auto f = readMappings(scratch); f.failed()) return f;
  for (const std::string& path : request.files) {
    uint16_t index;
    if (auto f = addFile(scratch, path.c_str(), false, index); f.failed()) return f;
  }
  const int own[] = {fds.image, fds.memory, fds.pagemap, reportFd, request.identityFd};
  if (auto f = listDescriptors(scratch, own, sizeof own / sizeof own[0]); f.failed()) return f;
  if (auto f = fillHeader(scratch, request.identityFd); f.failed()) return f;
  if (auto f = writePages(scratch, fds, frozenContext.stackPointer); f.failed()) return f;
  return writeMetadata(scratch, fds.image);
}

/** What the child says of its failure. `call` is a literal, and lies at the same address in its parent. */
[[noreturn]] void reportAndExit(int reportFd, const sys::Failure& failure) {
  if (failure.failed()) (void)!write(reportFd, &failure, sizeof failure);
  _exit(failure.failed() ? 1 : 0);
}

/** Returns in restored processes only. */
void freezeSelf(const Request& request, uv_loop_t* loop, std::vector<int> wakeUps, int reportFd) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto f = becomeSingle(loop, std::move(wakeUps), {request.imageFd, request.identityFd, reportFd});
  if (f.failed()) reportAndExit(reportFd, f);
  const Descriptors fds{request.imageFd, open("/proc/self/mem", O_RDONLY | O_CLOEXEC),
                        open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)};
  if (fds.memory < 0 || fds.pagemap < 0) reportAndExit(reportFd, sys::failure("open own memory"));
  Scratch* scratch = makeScratch();
  if (scratch == nullptr) reportAndExit(reportFd, sys::failure("mmap"));
  if (f = saveThread(frozenThread); f.failed()) reportAndExit(reportFd, f);
  if (frozenSave() == 0) reportAndExit(reportFd, writeImage(*scratch, request, fds, reportFd));
  restoreThread(frozenThread);
}

sys::Failure awaitChild(int pid, int reportFd) {
  sys::Failure failure;
  const ssize_t n = sys::retry([&] { return read(reportFd, &failure, sizeof failure); });
  int status = 0;
  sys::retry([&] { return waitpid(pid, &status, 0); });
  if (n == sizeof failure) return failure;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? sys::Failure{} : sys::Failure{"freeze", ECHILD};
}

}  // namespace

sys::Failure freezeCopy(const Request& request, uv_loop_t* loop, Outcome& out) {
  std::vector<int> wakeUps;
  if (auto f = repair::findEventFds(wakeUps); f.failed()) return f;
  if (auto f = repair::inheritMappings(); f.failed()) return f;
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return sys::failure("pipe2");
  // The C library's fork: it makes malloc and libuv's signal lock right in the child.
  const int pid = fork();
  if (pid == 0) {
    freezeSelf(request, loop, wakeUps, report[1]);
    uv_update_time(loop);
    out = {true, frozenStart};
    return {};
  }
  const sys::Failure failed = sys::failure("fork");
  close(report[1]);
  auto f = pid < 0 ? failed : awaitChild(pid, report[0]);
  close(report[0]);
  return f;
}

}  // namespace freeze
