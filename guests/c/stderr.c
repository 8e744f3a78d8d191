// Writes one line to each of the two output streams.
#include <stdio.h>

int main(void) {
  fputs("to stdout\n", stdout);
  fflush(stdout);
  fputs("to stderr\n", stderr);
  return 0;
}
