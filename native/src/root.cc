// The empty root: a detached read-only tmpfs takes the place of the host's tree. Files are reached only through
// descriptors of detached mounts, so that nothing needs to be mounted inside.
#include <fcntl.h>
#include <sys/mount.h>

#include "layers.h"
#include "mounts.h"

namespace layers {
sys::Failure pivotToEmptyRoot() {
  constexpr unsigned kMoveFromFd = 4;
  sys::OwnFd tree;
  // Private first: otherwise the detaching below would reach the host's tree.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) return sys::failure("mount MS_PRIVATE");
  // No owner is named: where the user namespace has no map yet, no id is valid.
  const mounts::Settings settings{{"mode", "0555"}, {"size", "4096"}, {"nr_inodes", "2"}};
  if (auto f = mounts::makeTmpfs(settings, MOUNT_ATTR_RDONLY, tree); f.failed()) return f;
  if (syscall(SYS_move_mount, tree.get(), "", AT_FDCWD, "/", kMoveFromFd) < 0) return sys::failure("move_mount");
  if (fchdir(tree.get()) < 0) return sys::failure("fchdir");
  // Both "." : the old root is stacked on the new one, and the next call takes it away (pivot_root(2), NOTES).
  if (syscall(SYS_pivot_root, ".", ".") < 0) return sys::failure("pivot_root");
  if (umount2(".", MNT_DETACH) < 0) return sys::failure("umount2");
  return chdir("/") == 0 ? sys::Failure{} : sys::failure("chdir");
}

sys::Failure enterEmptyRoot(const stages::Context& c) {
  return c.plan.emptyRoot ? pivotToEmptyRoot() : sys::Failure{};
}

}  // namespace layers
