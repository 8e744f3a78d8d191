// Closes standard output, writes to it, and prints the resulting error on standard error.
#include <unistd.h>

#include "guest.h"

int main(void) {
  check(close(1), "close");
  if (write(1, "x", 1) < 0) fail("write");
  return 0;
}
