// Reads far beyond its memory.
#include <stdint.h>
#include <stdio.h>

int main(void) {
  volatile uintptr_t address = 0xfffffff0u;
  printf("%d\n", *(volatile int*)address);
  return 0;
}
