// Sets the size of the file named by the first argument to the second.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_WRONLY);
  check(fd, "open");
  check(ftruncate(fd, strtoll(argv[2], NULL, 10)), "ftruncate");
  return 0;
}
