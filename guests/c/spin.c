// Says "spinning" and computes forever without a single call to the host.
#include <stdio.h>

int main(void) {
  puts("spinning");
  fflush(stdout);
  for (volatile unsigned counter = 0;;) counter = counter + 1;
}
