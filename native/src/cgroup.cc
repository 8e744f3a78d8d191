// The child writes "0" to each v1 `tasks` file by itself: writing a pid to cgroup.procs from outside waits for a grace
// period of the threadgroup lock, 5 to 15 ms after idleness.
#include "layers.h"

namespace layers {

sys::Failure joinCgroups(const stages::Context& c) {
  for (uint32_t index : c.plan.cgroupTasks) {
    if (index >= c.fds.size()) return {"cgroupTasks", EBADF};
    if (sys::retry([&] { return write(c.fds[index], "0", 1); }) != 1) return sys::failure("write tasks");
  }
  return {};
}

}  // namespace layers
