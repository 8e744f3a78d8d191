// Writes "x" to standard output with one call and prints the result on standard error.
#include <unistd.h>

#include "guest.h"

int main(void) {
  ssize_t written = write(1, "x", 1);
  fprintf(stderr, "write: %d %s\n", (int)written, written < 0 ? errnoName(errno) : "OK");
  return 0;
}
