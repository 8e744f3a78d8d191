// Children seen from the supervisor: how they ended, and how to end them.
#pragma once
#include <sys/resource.h>

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

}  // namespace process
