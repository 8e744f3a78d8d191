// What the kernel keeps for the one thread: its block, signals, restartable sequences.
#pragma once
#include "../sys.h"

namespace freeze {

/** The kernel's struct sigaction. */
struct SignalAction {
  uint64_t handler, flags, restorer, mask;
};
constexpr int kSignals = 64;

struct Thread {
  uint64_t tidAddress;
  uint64_t robustList, robustBytes;
  uint64_t rseq, rseqBytes;
  uint64_t signalMask;
  uint64_t altStack, altStackBytes;
  SignalAction actions[kSignals];
};

uint64_t threadPointer();
sys::Failure saveThread(Thread& into);
/** What a restored process does first. Nothing in it can fail for a thread that was saved. */
void restoreThread(const Thread& thread, uint64_t alsoBlocked);
/** Signals do again what they do by default, if they were handled in the frozen process. */
void dropHandlers(const Thread& thread);

}  // namespace freeze
