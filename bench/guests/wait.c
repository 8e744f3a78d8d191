// Waits for a byte of its input.
#include <unistd.h>

int main(void) {
  char byte;
  return read(0, &byte, 1) == 1 ? 0 : 1;
}
