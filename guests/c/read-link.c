// Prints where a symbolic link points; the optional second argument is the size of the buffer.
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  char target[4096];
  ssize_t length = readlink(argc > 1 ? argv[1] : "", target, argc > 2 ? strtoul(argv[2], NULL, 10) : sizeof target);
  check((int)length, "readlink");
  printf("%.*s\n", (int)length, target);
  return 0;
}
