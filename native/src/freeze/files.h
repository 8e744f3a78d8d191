// The files that an image leans on, and how it tells that they are the same ones still.
#pragma once
#include "scratch.h"

namespace freeze {

/** The file's index, new or known. `mapped`: pages of it are in the frozen process; otherwise it is only compared. */
sys::Failure addFile(Scratch& scratch, const char* path, bool mapped, uint16_t& index);

}  // namespace freeze
