// Sets O_NONBLOCK on standard input, reads once and prints the result.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

int main(void) {
  check(fcntl(0, F_SETFL, O_NONBLOCK), "fcntl");
  char byte;
  ssize_t count = read(0, &byte, 1);
  printf("read: %d %s\n", (int)count, count < 0 ? errnoName(errno) : "OK");
  return 0;
}
