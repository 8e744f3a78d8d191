// Reads up to 4096 bytes from standard input with one call and prints how many came, or the error.
#include <unistd.h>

#include "guest.h"

int main(void) {
  char buffer[4096];
  ssize_t count = read(0, buffer, sizeof buffer);
  printf("read: %d %s\n", (int)count, count < 0 ? errnoName(errno) : "OK");
  return 0;
}
