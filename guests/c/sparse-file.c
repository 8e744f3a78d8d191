// Writes one byte at 5 GiB in a new file, reads the hole before it, and prints both.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  check(fd, "open");
  off_t far = (off_t)5 << 30;
  if (lseek(fd, far, SEEK_SET) != far) fail("lseek");
  check((int)write(fd, "x", 1), "write");
  char hole = 1, last = 0;
  check((int)pread(fd, &hole, 1, far - 1), "pread");
  check((int)pread(fd, &last, 1, far), "pread");
  printf("%d %c\n", hole, last);
  return 0;
}
