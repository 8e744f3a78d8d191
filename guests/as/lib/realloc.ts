// Exported by every guest. The adapter for WASI 0.2 takes its memory by it: else it would take pages of its own, which
// AssemblyScript's heap, that grows to the end of memory, would write over.
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  return old == 0 ? heap.alloc(size) : heap.realloc(old, size);
}
