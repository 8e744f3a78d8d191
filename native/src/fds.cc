#include "fds.h"

#include <uv.h>

#include <algorithm>
#include <climits>

namespace fds {

void appendLoop(std::vector<int>& keep, const uv_loop_t* loop) {
  // uv/unix.h declares these; libuv has no public getter but for the first.
  for (int fd : {uv_backend_fd(loop), loop->async_io_watcher.fd, loop->async_wfd, loop->signal_pipefd[0],
                 loop->signal_pipefd[1], loop->emfile_fd, loop->inotify_fd})
    if (fd >= 0) keep.push_back(fd);
}

sys::Failure closeAllBut(std::vector<int> keep) {
  std::sort(keep.begin(), keep.end());
  unsigned from = 0;
  for (int fd : keep) {
    unsigned kept = static_cast<unsigned>(fd);
    if (kept > from && syscall(SYS_close_range, from, kept - 1, 0) < 0) return sys::failure("close_range");
    from = std::max(from, kept + 1);
  }
  return syscall(SYS_close_range, from, UINT_MAX, 0) == 0 ? sys::Failure{} : sys::failure("close_range");
}

}  // namespace fds
