// User and group ids, and the maps of a new user namespace (user_namespaces(7)).
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "layers.h"

namespace layers {
namespace {

sys::Failure writeProc(int procFd, const char* path, const std::string& text) {
  sys::OwnFd fd(openat(procFd, path, O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return sys::failure(path);
  if (write(fd.get(), text.data(), text.size()) < 0) return sys::failure(path);
  return {};
}

/**
 * No user namespace inside this one, where the guest would be root again: with mounts, sockets and filters of the
 * kernel within its reach. The filter denies the calls; this holds when it has fallen.
 */
sys::Failure forbidNesting(int procFd) {
  auto f = writeProc(procFd, "sys/user/max_user_namespaces", "0");
  // Inside other containers /proc/sys is read-only; a kernel may have no such limit.
  return f.error == EROFS || f.error == ENOENT ? sys::Failure{} : f;
}

}  // namespace

sys::Failure takeIds(const stages::Context& c) {
  // Raw calls: glibc's wrappers would signal threads that do not exist here.
  if (c.plan.gid >= 0) {
    auto gid = static_cast<gid_t>(c.plan.gid);
    if (syscall(SYS_setgroups, 0, nullptr) < 0) return sys::failure("setgroups");
    if (syscall(SYS_setresgid, gid, gid, gid) < 0) return sys::failure("setresgid");
  }
  if (c.plan.uid >= 0) {
    auto uid = static_cast<uid_t>(c.plan.uid);
    if (syscall(SYS_setresuid, uid, uid, uid) < 0) return sys::failure("setresuid");
  }
  return {};
}

sys::Failure mapIds(const stages::Context& c) {
  if (c.plan.uidMap.empty()) return {};
  // Changing ids made the process undumpable, and the files below /proc/self root's: EACCES otherwise.
  if (prctl(PR_SET_DUMPABLE, 1) < 0) return sys::failure("prctl PR_SET_DUMPABLE");
  if (auto f = writeProc(c.self.procFd, "self/setgroups", "deny"); f.failed()) return f;
  if (auto f = writeProc(c.self.procFd, "self/uid_map", c.plan.uidMap); f.failed()) return f;
  if (auto f = writeProc(c.self.procFd, "self/gid_map", c.plan.gidMap); f.failed()) return f;
  if (auto f = forbidNesting(c.self.procFd); f.failed()) return f;
  return prctl(PR_SET_DUMPABLE, 0) == 0 ? sys::Failure{} : sys::failure("prctl PR_SET_DUMPABLE");
}

}  // namespace layers
