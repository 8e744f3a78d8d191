#include "fds.h"

#include <algorithm>
#include <climits>

namespace fds {

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
