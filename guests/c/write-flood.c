// Writes to standard output until that fails, then says why on standard error and exits 1.
#include <string.h>
#include <unistd.h>

#include "guest.h"

static char block[1 << 16];

int main(void) {
  memset(block, 'x', sizeof block);
  while (write(1, block, sizeof block) >= 0) {
  }
  fail("write");
}
