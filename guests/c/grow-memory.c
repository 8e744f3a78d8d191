// Grows memory by 1 MiB until that is refused, and prints how many MiB there were in all.
#include <stdio.h>

int main(void) {
  while (__builtin_wasm_memory_grow(0, 16) != (__SIZE_TYPE__)-1) {
  }
  printf("%u MiB\n", (unsigned)(__builtin_wasm_memory_size(0) / 16));
  return 0;
}
