// Namespaces: joining prepared ones, unsharing the rest, and the hostname inside.
#include <sched.h>

#include "layers.h"

namespace layers {

sys::Failure joinNamespaces(const stages::Context& c) {
  for (const NamespaceJoin& join : c.plan.joinNamespaces) {
    if (join.fd >= c.fds.size()) return {"joinNamespaces", EBADF};
    if (setns(c.fds[join.fd], static_cast<int>(join.type)) < 0) return sys::failure("setns");
  }
  return {};
}

sys::Failure unshareNamespaces(const stages::Context& c) {
  if (c.plan.unshareFlags == 0) return {};
  return unshare(static_cast<int>(c.plan.unshareFlags)) == 0 ? sys::Failure{} : sys::failure("unshare");
}

sys::Failure setHostname(const stages::Context& c) {
  const std::string& name = c.plan.hostname;
  if (name.empty()) return {};
  return sethostname(name.data(), name.size()) == 0 ? sys::Failure{} : sys::failure("sethostname");
}

}  // namespace layers
