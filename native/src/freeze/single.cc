#include "single.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "../fds.h"
#include "../repair.h"

namespace freeze {
namespace {

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

/**
 * V8 sets timers for collections that it may want some seconds later. In a process that is restored hours later they
 * would be due at once, and cost more than the whole start. No timer of ours runs while a process is frozen.
 */
void stopTimers(uv_loop_t* loop) {
  const auto stop = [](uv_handle_t* handle, void*) {
    if (uv_handle_get_type(handle) == UV_TIMER) uv_timer_stop(reinterpret_cast<uv_timer_t*>(handle));
  };
  uv_walk(loop, stop, nullptr);
}

}  // namespace

sys::Failure becomeSingle(uv_loop_t* loop, std::vector<int> wakeUps, std::vector<int> keep) {
  stopTimers(loop);
  if (int e = uv_loop_fork(loop); e != 0) return {"uv_loop_fork", -e};
  if (auto f = repair::replaceEventFds(wakeUps, loop->async_io_watcher.fd); f.failed()) return f;
  keep.insert(keep.end(), wakeUps.begin(), wakeUps.end());
  for (int fd : {uv_backend_fd(loop), loop->async_io_watcher.fd, loop->async_wfd, loop->signal_pipefd[0],
                 loop->signal_pipefd[1]})
    if (fd >= 0) keep.push_back(fd);
  appendLockPipe(keep);
  keep.insert(keep.end(), {0, 1, 2});
  if (auto f = fds::closeAllBut(std::move(keep)); f.failed()) return f;
  // Closed with the rest. In a restored process the number may be one of the caller's.
  loop->emfile_fd = -1;
  // Not clearenv, which leaves a null pointer that libuv would follow.
  static char* noVariables[] = {nullptr};
  environ = noVariables;
  return chdir("/") < 0 ? sys::failure("chdir") : sys::Failure{};
}

}  // namespace freeze
