// The empty root: a detached read-only tmpfs takes the place of the host's tree. Files are reached only through
// descriptors of detached mounts, so that nothing needs to be mounted inside.
#include <fcntl.h>
#include <sys/mount.h>

#include "layers.h"

namespace layers {
namespace {

/** fsopen(2) family: glibc 2.36 has wrappers, older ones do not. */
sys::Failure makeTmpfs(sys::OwnFd& mount) {
  constexpr unsigned kFsopenCloexec = 1, kFsmountCloexec = 1, kConfigString = 1, kConfigCreate = 6;
  constexpr unsigned kAttributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  sys::OwnFd fs(static_cast<int>(syscall(SYS_fsopen, "tmpfs", kFsopenCloexec)));
  if (!fs.valid()) return sys::failure("fsopen");
  for (auto [key, value] : {std::pair{"mode", "0555"}, {"size", "4096"}, {"nr_inodes", "2"}})
    if (syscall(SYS_fsconfig, fs.get(), kConfigString, key, value, 0) < 0) return sys::failure("fsconfig");
  if (syscall(SYS_fsconfig, fs.get(), kConfigCreate, nullptr, nullptr, 0) < 0) return sys::failure("fsconfig");
  mount.reset(static_cast<int>(syscall(SYS_fsmount, fs.get(), kFsmountCloexec, kAttributes)));
  return mount.valid() ? sys::Failure{} : sys::failure("fsmount");
}

}  // namespace

sys::Failure pivotToEmptyRoot() {
  constexpr unsigned kMoveFromFd = 4;
  sys::OwnFd tree;
  // Private first: otherwise the detaching below would reach the host's tree.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) return sys::failure("mount MS_PRIVATE");
  if (auto f = makeTmpfs(tree); f.failed()) return f;
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
