// What is mapped: /proc/self/maps, read without the heap, whose growth would change what is being read.
#pragma once
#include "scratch.h"

namespace freeze {

/** Fills `mappings`. */
sys::Failure readMappings(Scratch& scratch);

}  // namespace freeze
