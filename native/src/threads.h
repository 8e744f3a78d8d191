// The other threads of a process that forks: a forked child has copies of the locks that they hold, and nobody who
// opens them.
#pragma once
#include "sys.h"

namespace threads {

/**
 * Returns when every other thread waits for work, and so holds no lock. V8's collections in the template post tasks to
 * a worker of Node's even with --single-threaded: on a busy machine that worker may hold the lock of its queue for
 * milliseconds, and the child's next collection would wait for it forever. ETIMEDOUT after ten seconds.
 */
sys::Failure awaitIdle();

}  // namespace threads
