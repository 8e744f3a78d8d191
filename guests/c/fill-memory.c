// Allocates and writes to 1 MiB blocks until malloc() refuses, and prints how many it got.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  unsigned blocks = 0;
  // Volatile: the compiler may assume that memory nobody looks at can always be had.
  for (char* volatile block; (block = malloc(1 << 20)); blocks++) memset(block, 0xa5, 1 << 20);
  printf("%u blocks\n", blocks);
  return 0;
}
