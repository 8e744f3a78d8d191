#include "freeze.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <uv.h>

#include <csignal>

#include "../repair.h"
#include "../threads.h"
#include "context.h"
#include "descriptors.h"
#include "fence.h"
#include "files.h"
#include "heap.h"
#include "maps.h"
#include "metadata.h"
#include "pages.h"
#include "single.h"
#include "thread.h"

namespace freeze {
namespace {

/** What a restored process needs of the frozen one, beside its memory. */
Thread frozenThread;
std::vector<int> frozenWakeUps;

sys::Failure writeImage(Scratch& scratch, const Request& request, const Descriptors& fds, int reportFd) {
  openFence();
  if (auto f = readMappings(scratch); f.failed()) return f;
  for (const std::string& path : request.files) {
    uint16_t index;
    if (auto f = addFile(scratch, path.c_str(), false, index); f.failed()) return f;
  }
  const int own[] = {fds.image, fds.memory, fds.pagemap, reportFd, request.identityFd};
  if (auto f = listDescriptors(scratch, own, sizeof own / sizeof own[0]); f.failed()) return f;
  if (auto f = fillHeader(scratch, request.identityFd); f.failed()) return f;
  const TextCopy text{request.textOf.c_str(), request.textCopy.c_str()};
  if (auto f = writePages(scratch, fds, frozenContext.stackPointer, text); f.failed()) return f;
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
  frozenWakeUps = wakeUps;
  auto f = becomeSingle(loop, std::move(wakeUps), {request.imageFd, request.identityFd, reportFd});
  if (f.failed()) reportAndExit(reportFd, f);
  const Descriptors fds{request.imageFd, open("/proc/self/mem", O_RDONLY | O_CLOEXEC),
                        open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)};
  if (fds.memory < 0 || fds.pagemap < 0) reportAndExit(reportFd, sys::failure("open own memory"));
  // Last: whatever is freed later is a hole again.
  fillHeapHoles();
  Scratch* scratch = makeScratch();
  if (scratch == nullptr) reportAndExit(reportFd, sys::failure("mmap"));
  if (f = saveThread(frozenThread); f.failed()) reportAndExit(reportFd, f);
  if (frozenSave() == 0) reportAndExit(reportFd, writeImage(*scratch, request, fds, reportFd));
  restoreThread(frozenThread, frozenStart.blockedSignals);
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

const std::vector<int>& restoredWakeUps() {
  return frozenWakeUps;
}

void allowSignals() {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &frozenThread.signalMask, nullptr, sizeof frozenThread.signalMask);
}

void dropRestoredHandlers() {
  dropHandlers(frozenThread);
}

sys::Failure freezeCopy(const Request& request, uv_loop_t* loop, Outcome& out) {
  std::vector<int> wakeUps;
  if (auto f = repair::findEventFds(wakeUps); f.failed()) return f;
  if (auto f = repair::inheritMappings(); f.failed()) return f;
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return sys::failure("pipe2");
  // Attack by chance: a lock that is held now would be held in every start from the image.
  if (auto f = threads::awaitIdle(); f.failed()) return f;
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
