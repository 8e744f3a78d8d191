#include "threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>

namespace threads {
namespace {

constexpr int kTries = 100'000;
constexpr long kPauseNs = 100'000;

/** A file of /proc/self/task/TID as text; empty when the thread has ended. */
bool readOf(const char* tid, const char* name, char (&text)[512]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%.16s/%s", tid, name);
  const sys::OwnFd fd(open(path, O_RDONLY | O_CLOEXEC));
  const ssize_t n = fd.valid() ? sys::retry([&] { return read(fd.get(), text, sizeof text - 1); }) : -1;
  text[n > 0 ? n : 0] = '\0';
  return n > 0;
}

/**
 * "NUMBER ARG ARG …" of proc_pid_syscall(5), or "running". Condition variables and semaphores wait by
 * FUTEX_WAIT_BITSET (as do reader-writer locks, which no thread but the forking one could hold now); who waits for a
 * mutex waits by FUTEX_WAIT, and may hold another.
 */
bool waitsForWork(const char* call) {
  char* rest = nullptr;
  const long number = std::strtol(call, &rest, 10);
  if (rest == call) return false;
  if (number == SYS_epoll_pwait) return true;
#ifdef SYS_epoll_wait
  if (number == SYS_epoll_wait) return true;
#endif
  if (number != SYS_futex) return false;
  std::strtoull(rest, &rest, 16);
  const auto operation = static_cast<int>(std::strtoull(rest, &rest, 16));
  return (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
}

bool isIdle(const char* tid) {
  char text[512];
  if (readOf(tid, "syscall", text)) return waitsForWork(text);
  // Kernels without that file say no more than that it sleeps; of a thread that ended there is nothing to read.
  if (!readOf(tid, "stat", text)) return true;
  const char* state = text;
  for (const char* c = text; *c != '\0'; c++)
    if (*c == ')') state = c + 1;
  return state[0] == ' ' && state[1] == 'S';
}

bool areOthersIdle(DIR* tasks, long own) {
  rewinddir(tasks);
  while (const dirent* entry = readdir(tasks)) {
    const long tid = std::strtol(entry->d_name, nullptr, 10);
    if (tid > 0 && tid != own && !isIdle(entry->d_name)) return false;
  }
  return true;
}

}  // namespace

sys::Failure awaitIdle() {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(opendir("/proc/self/task"), closedir);
  if (!tasks) return sys::failure("open /proc/self/task");
  const long own = syscall(SYS_gettid);
  for (int i = 0; i < kTries; i++) {
    // Twice: one that was looked at early may have been given work by one that was not.
    if (areOthersIdle(tasks.get(), own) && areOthersIdle(tasks.get(), own)) return {};
    const timespec pause{0, kPauseNs};
    nanosleep(&pause, nullptr);
  }
  return {"wait for other threads", ETIMEDOUT};
}

}  // namespace threads
