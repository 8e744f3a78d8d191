// The listener of a filter that asks before each call (SECCOMP_RET_USER_NOTIF): how `wasmctr learn` sees system calls.
#pragma once
#include "sys.h"

namespace notify {

/** What stood at the listener. */
struct Answered {
  /** Number of the call that goes on now; -1: none waited. */
  int number = -1;
  /** No process is left that has the filter. */
  bool gone = false;
};

/**
 * In the container, right behind the filter: sends the listener to the supervisor and gives up the own copy. Every
 * other call waits for the supervisor from now on.
 */
sys::Failure handOver(int listener, int controlFd);
/** In the supervisor: lets one waiting call go on. Never blocks. */
sys::Failure continueOne(int listener, Answered& into);

}  // namespace notify
