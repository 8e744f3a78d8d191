// Yields the processor once and prints the result.
#include <sched.h>
#include <stdio.h>

int main(void) {
  printf("%d\n", sched_yield());
  return 0;
}
