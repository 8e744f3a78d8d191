#include "stages.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fds.h"
#include "layers.h"
#include "test-hooks.h"

namespace stages {
namespace {

struct Stage {
  const char* name;
  sys::Failure (*apply)(const Context&);
};

// The order is the sandbox. Each row says why it stands where it does.
constexpr Stage kStages[] = {
    // First: what the later stages use is already charged to the container.
    {"cgroup", layers::joinCgroups},
    // Before the ids change: joining needs the supervisor's privileges over the prepared namespaces.
    {"join", layers::joinNamespaces},
    // Before capabilities go: setgroups and setresuid need them. Before unshare: the new user namespace belongs to the
    // container's own uid.
    {"ids", layers::takeIds},
    // After the ids: the new keyring is counted for the container's uid.
    {"keyring", layers::leaveKeyring},
    // After the ids, in one call: one copy of the mount tree, owned by the new user namespace.
    {"unshare", layers::unshareNamespaces},
    // While /proc is reachable through a descriptor, and before its capabilities in the namespace are dropped.
    {"idmap", layers::mapIds},
    {"hostname", layers::setHostname},
    // Needs CAP_SYS_ADMIN in the mount namespace's owner; Landlock forbids mounts afterwards.
    {"root", layers::enterEmptyRoot},
    // After the last privileged call.
    {"capabilities", layers::dropCapabilities},
    // Needs no_new_privs, set just before; needs the rules' descriptors, closed just after.
    {"landlock", layers::restrictByLandlock},
    {"descriptors", layers::closeDescriptors},
    // After close_range: a low RLIMIT_NOFILE makes it fail with EMFILE.
    {"rlimits", layers::limitResources},
    // After the ids and capabilities: the kernel clears the parent-death signal when credentials change.
    {"parent", layers::tieToParent},
    // Last: it binds us too.
    {"seccomp", layers::filterSyscalls},
};

void applyStage(const Stage& stage, const Context& context) {
  if (auto f = stage.apply(context); f.failed()) reportAndExit(context.self.controlFd, stage.name, f);
}

#ifdef WASMCTR_TEST_HOOKS
/** Stages in an order that a test chose: it shows what each place in the table is for. */
void applyInOrder(const Context& context, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name == "pause") testing::pauseForever();
    for (const Stage& stage : kStages)
      if (name == stage.name) applyStage(stage, context);
  }
}
#endif

}  // namespace

[[noreturn]] void reportAndExit(int controlFd, const char* stage, sys::Failure failure) {
  char text[256];
  int n = snprintf(text, sizeof text, "{\"type\":\"stage\",\"stage\":\"%s\",\"syscall\":\"%s\",\"errno\":%d}", stage,
                   failure.call, failure.error);
  send(controlFd, text, static_cast<size_t>(n), MSG_NOSIGNAL);
  _exit(125);
}

void prepareAhead(const Self& self, uint32_t unshareFlags, bool emptyRoot) {
  if (unshareFlags != 0 && unshare(static_cast<int>(unshareFlags)) < 0)
    reportAndExit(self.controlFd, "unshare", sys::failure("unshare"));
  if (!emptyRoot) return;
  if (auto f = layers::pivotToEmptyRoot(); f.failed()) reportAndExit(self.controlFd, "root", f);
}

void applyAll(const channel::Delivery& delivery, const Self& self) {
  Context context{delivery.plan, delivery.fds, self};
#ifdef WASMCTR_TEST_HOOKS
  if (!testing::stageOrder().empty()) return applyInOrder(context, testing::stageOrder());
#endif
  for (const Stage& stage : kStages) applyStage(stage, context);
}

}  // namespace stages

namespace layers {

sys::Failure closeDescriptors(const stages::Context& c) {
  std::vector<int> keep = c.self.engineFds;
  keep.insert(keep.end(), {0, 1, 2, c.self.controlFd});
  for (uint32_t index : c.plan.keepFds) {
    if (index >= c.fds.size()) return {"keepFds", EBADF};
    keep.push_back(c.fds[index]);
  }
  return fds::closeAllBut(std::move(keep));
}

sys::Failure tieToParent(const stages::Context& c) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return sys::failure("prctl PR_SET_PDEATHSIG");
  // The parent may have died before the line above: then its end of the channel is closed already.
  char probe;
  ssize_t n = recv(c.self.controlFd, &probe, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 ? sys::Failure{"parent", ECHILD} : sys::Failure{};
}

}  // namespace layers
