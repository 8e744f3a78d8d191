// Creates or truncates the file named by the first argument and writes the second into it.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
  check(fd, "open");
  check((int)write(fd, argv[2], strlen(argv[2])), "write");
  return 0;
}
