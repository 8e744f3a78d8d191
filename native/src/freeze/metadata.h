// The image's first part: what the restorer reads before it maps anything.
#pragma once
#include "scratch.h"

namespace freeze {

/** Clocks, memory bounds, vDSO and the addresses of the hand-over: all of the header but counts and pages. */
sys::Failure fillHeader(Scratch& scratch, int identityFd);
/** Puts the parts together and writes them to the image's start. */
sys::Failure writeMetadata(Scratch& scratch, int imageFd);

}  // namespace freeze
