// Writes a file, unlinks it while it is open, and reads it back through the descriptor.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int fd = open(argv[1], O_RDWR | O_CREAT | O_EXCL, 0666);
  check(fd, "open");
  check((int)write(fd, "still here", 10), "write");
  check(unlink(argv[1]), "unlink");
  struct stat stat;
  check(fstat(fd, &stat), "fstat");
  char back[11] = "";
  check((int)pread(fd, back, 10, 0), "pread");
  printf("%s, %u links\n", back, (unsigned)stat.st_nlink);
  return 0;
}
