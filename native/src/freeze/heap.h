// The C library's heap before a freeze: what a start allocates then lies side by side.
#pragma once

namespace freeze {

/**
 * Takes the holes that warming up has left in the heap, for ever, and gives their pages back. Allocations of restored
 * processes would be spread over all of them: a page to copy each, in the supervisor and in the container.
 */
void fillHeapHoles();

}  // namespace freeze
