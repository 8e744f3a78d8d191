#include "process.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <algorithm>
#include <string_view>

namespace process {
namespace {

/** What fits of a small file; "" where there is none. */
std::string_view readInto(char (&buffer)[4096], const char* path) {
  sys::OwnFd fd(open(path, O_RDONLY | O_CLOEXEC));
  const ssize_t n = fd.valid() ? sys::retry([&] { return read(fd.get(), buffer, sizeof buffer); }) : 0;
  return {buffer, n > 0 ? static_cast<size_t>(n) : 0};
}

/** Calls `visit` for each word until it says true. */
template <typename Visit>
bool someWord(std::string_view text, Visit visit) {
  constexpr std::string_view kSpace = " \t\n";
  for (size_t at = 0; (at = text.find_first_not_of(kSpace, at)) != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    if (visit(text.substr(at, end - at))) return true;
    at = end;
  }
  return false;
}

}  // namespace

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

bool canBecomeOthers() {
  if (geteuid() != 0) return false;
  char buffer[4096];
  // The third word of a line counts the users that it maps.
  int word = 0;
  bool single = false;
  someWord(readInto(buffer, "/proc/self/uid_map"), [&](std::string_view text) {
    if (++word == 3) single = text == "1";
    return word > 3;
  });
  if (word == 3 && single) return false;
  return !someWord(readInto(buffer, "/proc/self/setgroups"), [](std::string_view text) { return text == "deny"; });
}

bool anyHolds(const std::vector<std::string>& files, const std::vector<std::string>& words) {
  char buffer[4096];
  for (const std::string& file : files) {
    const bool holds = someWord(readInto(buffer, file.c_str()), [&](std::string_view found) {
      return std::find(words.begin(), words.end(), found) != words.end();
    });
    if (holds) return true;
  }
  return false;
}

}  // namespace process
