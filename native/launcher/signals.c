/* What is done to a signal for as long as the launcher works, and undone. */
#include <signal.h>

#include "launcher.h"

void setSignal(int number, void (*handler)(int), struct SignalAction* before) {
  const struct SignalAction action = {.handler = (uint64_t)handler};
  SYS(rt_sigaction, number, &action, before, sizeof action.mask);
}

void resetSignal(int number, const struct SignalAction* before) {
  SYS(rt_sigaction, number, before, NULL, sizeof before->mask);
}
