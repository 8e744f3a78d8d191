// Divides an integer by zero.
#include <stdio.h>

int main(void) {
  volatile int dividend = 1, zero = 0;
  int divisor = zero;
  // Or else the compiler uses that this can't happen.
  __asm__("" : "+r"(divisor));
  printf("%d\n", dividend / divisor);
  return 0;
}
