// Resource limits, hard and soft (getrlimit(2)).
#include <sys/resource.h>

#include "layers.h"

namespace layers {

sys::Failure limitResources(const stages::Context& c) {
  for (const ResourceLimit& limit : c.plan.rlimits) {
    struct rlimit value {
      limit.soft, limit.hard
    };
    if (setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &value) < 0) return sys::failure("setrlimit");
  }
  return {};
}

}  // namespace layers
