// Opens the file named by the first argument for appending, seeks to its start, and writes the second argument.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT, 0666);
  check(fd, "open");
  check((int)lseek(fd, 0, SEEK_SET), "lseek");
  check((int)write(fd, argv[2], strlen(argv[2])), "write");
  return 0;
}
