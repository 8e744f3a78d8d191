// The point at which a process is frozen, and at which each restored copy goes on: setjmp that outlives its process.
#pragma once
#include <cstdint>

#include "image.h"

namespace freeze {

/** Callee-saved registers, stack pointer, place to go on. The offsets stand in context.cc. */
struct Context {
  uint64_t saved[20];
  uint64_t stackPointer;
  uint64_t resumeAt;
};

}  // namespace freeze

extern "C" {
/** One a process; the restored copy finds it at the address where it was. */
extern freeze::Context frozenContext;
/** Written by the restorer before it jumps. */
extern FrozenStart frozenStart;
/** 0 in the process that is frozen, 1 in each restored one, whose registers are those of the first return. */
int frozenSave() __attribute__((returns_twice));
/** Entered by the restorer, on its own stack: unmaps the restorer and returns from frozenSave. */
void frozenResume();
}
