// Writes and reads at offsets with pwrite and pread, and prints that the position never moved.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0666);
  check(fd, "open");
  check((int)pwrite(fd, "world", 5, 6), "pwrite");
  check((int)pwrite(fd, "hello ", 6, 0), "pwrite");
  char back[12] = "";
  check((int)pread(fd, back, 11, 0), "pread");
  printf("%s, position %lld\n", back, (long long)lseek(fd, 0, SEEK_CUR));
  return 0;
}
