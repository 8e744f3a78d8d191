// Processes: children seen from the supervisor, how they ended and how to end them; and what this one may do.
#pragma once
#include <sys/resource.h>

#include <string>
#include <vector>

#include "sys.h"

namespace process {

struct Status {
  bool ended;
  int code;
  int signal;
  struct rusage usage;
};

sys::Failure reap(int pid, Status& into);
/** A process that is gone already counts as killed. */
sys::Failure sendSignal(int pidfd, int signal);

/**
 * Whether this is a root that can give a process another user. In a user namespace that has no other user
 * (`unshare -r`) it is not, nor may it call setgroups (user_namespaces(7)).
 */
bool canBecomeOthers();
/** Whether one of these small files holds one of these words. A file that is not there holds none. */
bool anyHolds(const std::vector<std::string>& files, const std::vector<std::string>& words);

}  // namespace process
