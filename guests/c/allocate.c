// Reserves the number of bytes given in the file named by the first argument, and prints its size.
#include <fcntl.h>
#include <sys/stat.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_WRONLY);
  check(fd, "open");
  errno = posix_fallocate(fd, 0, strtoll(argv[2], NULL, 10));
  if (errno) fail("fallocate");
  struct stat stat;
  check(fstat(fd, &stat), "fstat");
  printf("%lld\n", (long long)stat.st_size);
  return 0;
}
