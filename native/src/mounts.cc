#include "mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>

namespace mounts {
namespace {

struct MountAttr {
  uint64_t set;
  uint64_t clear;
  uint64_t propagation;
  uint64_t usernsFd;
};

constexpr unsigned kOpenTreeClone = 1, kCloexec = O_CLOEXEC, kRecursive = 0x8000, kEmptyPath = 0x1000;

/** Kills and reaps on every way out. */
class Helper {
 public:
  explicit Helper(pid_t pid) : pid_(pid) {}
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  ~Helper() {
    kill(pid_, SIGKILL);
    sys::retry([&] { return waitpid(pid_, nullptr, __WALL); });
  }

 private:
  pid_t pid_;
};

sys::Failure writeMap(pid_t pid, const char* name, const std::string& text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  sys::OwnFd fd(open(path, O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return sys::failure("open id map");
  return write(fd.get(), text.data(), text.size()) < 0 ? sys::failure("write id map") : sys::Failure{};
}

/** Attack by chance: killed at the wrong moment, a supervisor would leave this process, and all of its memory with it.
 */
int pauseForParent(void* parent) {
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  while (syscall(SYS_getppid) == *static_cast<pid_t*>(parent)) syscall(SYS_ppoll, nullptr, 0, nullptr, nullptr, 0);
  return 0;
}

}  // namespace

sys::Failure cloneTree(int fd, const CloneOptions& options, sys::OwnFd& into) {
  const unsigned scope = kEmptyPath | (options.recursive ? kRecursive : 0);
  into.reset(static_cast<int>(syscall(SYS_open_tree, fd, "", kOpenTreeClone | kCloexec | scope)));
  if (!into.valid()) return sys::failure("open_tree");
  // Private: what the container's kernel does below never travels to the host's mounts, nor the other way.
  MountAttr attr{options.attributes, 0, MS_PRIVATE, 0};
  if (options.usernsFd >= 0) {
    attr.set |= MOUNT_ATTR_IDMAP;
    attr.usernsFd = static_cast<uint64_t>(options.usernsFd);
  }
  if (syscall(SYS_mount_setattr, into.get(), "", scope, &attr, sizeof attr) < 0) return sys::failure("mount_setattr");
  return {};
}

/** By numbers: glibc before 2.36 has no fsopen(2) family. */
sys::Failure makeTmpfs(const Settings& settings, uint64_t attributes, sys::OwnFd& into) {
  constexpr unsigned kFsopenCloexec = 1, kFsmountCloexec = 1, kConfigString = 1, kConfigCreate = 6;
  constexpr uint64_t kAlways = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  sys::OwnFd fs(static_cast<int>(syscall(SYS_fsopen, "tmpfs", kFsopenCloexec)));
  if (!fs.valid()) return sys::failure("fsopen");
  for (const auto& [key, value] : settings)
    if (syscall(SYS_fsconfig, fs.get(), kConfigString, key, value.c_str(), 0) < 0) return sys::failure("fsconfig");
  if (syscall(SYS_fsconfig, fs.get(), kConfigCreate, nullptr, nullptr, 0) < 0) return sys::failure("fsconfig");
  into.reset(static_cast<int>(syscall(SYS_fsmount, fs.get(), kFsmountCloexec, kAlways | attributes)));
  return into.valid() ? sys::Failure{} : sys::failure("fsmount");
}

sys::Failure makeTmpfs(const TmpfsOptions& options, sys::OwnFd& into) {
  const Settings settings{{"size", std::to_string(options.sizeBytes)},
                          {"nr_inodes", std::to_string(options.inodes)},
                          {"uid", std::to_string(options.uid)},
                          {"gid", std::to_string(options.gid)},
                          {"mode", options.mode}};
  return makeTmpfs(settings, 0, into);
}

sys::Failure makeIdmap(const std::string& uidMap, const std::string& gidMap, sys::OwnFd& into) {
  // A namespace needs a process to be born in. It shares our memory (copying would cost more than all the rest), has a
  // stack of its own, and every signal blocked: no handler of ours may run in it.
  alignas(16) char stack[4096];
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t pid = clone(pauseForParent, stack + sizeof stack, CLONE_NEWUSER | CLONE_VM | SIGCHLD, &parent);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return sys::failure("clone CLONE_NEWUSER");
  Helper helper(pid);
  if (auto f = writeMap(pid, "uid_map", uidMap); f.failed()) return f;
  if (auto f = writeMap(pid, "gid_map", gidMap); f.failed()) return f;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
  into.reset(open(path, O_RDONLY | O_CLOEXEC));
  return into.valid() ? sys::Failure{} : sys::failure("open user namespace");
}

}  // namespace mounts
