// Divides the smallest integer by -1: the result has no representation.
#include <limits.h>
#include <stdio.h>

int main(void) {
  volatile int dividend = INT_MIN, divisor = -1;
  printf("%d\n", dividend / divisor);
  return 0;
}
