// Which pages a start writes: found out once by a rehearsal, and had all at once in each start. A fault costs six times
// as much as a page that is asked for.
#pragma once
#include "../sys.h"

struct uv_loop_s;

namespace freeze {

/** The two processes of a run, after the fork. */
enum Who { kSupervisor = 0, kContainer = 1 };

/**
 * Forks a process that rehearses what `who` does: true there. Returns false here once it has ended; its pages are known
 * from then on, here and in every copy.
 */
sys::Failure forkTrainee(Who who, uv_loop_s* loop, bool& isTrainee);
/** In the rehearsing process: tells the pages, and ends. */
[[noreturn]] void endTraining();

/** Asks for the pages that were found. A hint: where there are none, or the kernel is too old, there are faults. */
void populate(Who who);

}  // namespace freeze
