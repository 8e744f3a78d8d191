// Landlock: what may be opened beneath which descriptor, and which TCP ports, sockets and signals (landlock(7)).
#include "layers.h"

namespace layers {
namespace {

// The newest struct; an older kernel accepts it while the fields it does not know are zero.
struct RulesetAttr {
  uint64_t fs;
  uint64_t net;
  uint64_t scope;
};
struct __attribute__((packed)) PathBeneath {
  uint64_t access;
  int32_t fd;
};
struct NetPort {
  uint64_t access;
  uint64_t port;
};
constexpr int kPathBeneath = 1, kNetPort = 2;

/** Bytes of the struct up to its last field in use: kernels refuse trailing bytes that they do not know. */
size_t attrSize(const RulesetAttr& attr) {
  return attr.scope ? 24 : attr.net ? 16 : 8;
}

sys::Failure addRules(int ruleset, const stages::Context& c) {
  for (const LandlockPathRule& rule : c.plan.landlockPaths) {
    if (rule.fd >= c.fds.size()) return {"landlockPaths", EBADF};
    PathBeneath attr{rule.access, c.fds[rule.fd]};
    if (syscall(SYS_landlock_add_rule, ruleset, kPathBeneath, &attr, 0) < 0) return sys::failure("landlock_add_rule");
  }
  for (const LandlockPortRule& rule : c.plan.landlockPorts) {
    NetPort attr{rule.access, rule.port};
    if (syscall(SYS_landlock_add_rule, ruleset, kNetPort, &attr, 0) < 0) return sys::failure("landlock_add_rule");
  }
  return {};
}

}  // namespace

sys::Failure restrictByLandlock(const stages::Context& c) {
  RulesetAttr attr{c.plan.landlockFs, c.plan.landlockNet, c.plan.landlockScope};
  if (!attr.fs && !attr.net && !attr.scope) return {};
  sys::OwnFd ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attr, attrSize(attr), 0)));
  if (!ruleset.valid()) return sys::failure("landlock_create_ruleset");
  if (auto f = addRules(ruleset.get(), c); f.failed()) return f;
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) < 0) return sys::failure("landlock_restrict_self");
  return {};
}

}  // namespace layers
