#pragma once
#include "../repair.h"

/**
 * Keeps V8's heap of a process that will be frozen in one place.
 *
 * V8 asks for each page of its heap at a random address of 64 TiB. A hundred pages so scattered are a hundred mappings
 * and three hundred page tables, made and unmade at every start of the image. A process that refreeze.c starts has this
 * addon preloaded, and reserves those addresses before main: the kernel then grants none of V8's wishes, and puts one
 * page below the other, from a random address of its own choice (mmap_base).
 */
namespace freeze {

/** Of a preloaded addon only. Where WebAssembly code will lie stays free: V8 has chosen it, and filters name it. */
void closeFence(const repair::CodeRange& open);
/** Gives the addresses back: a restored process has none reserved. */
void openFence();

}  // namespace freeze
