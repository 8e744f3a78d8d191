// Seeks in a file of 10 bytes from its start, its position and its end, past its end and before its start.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

static void report(const char* what, off_t position) {
  printf("%s %lld %s\n", what, (long long)position, position < 0 ? errnoName(errno) : "OK");
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int fd = open(argv[1], O_RDONLY);
  check(fd, "open");
  report("set", lseek(fd, 4, SEEK_SET));
  report("cur", lseek(fd, 2, SEEK_CUR));
  report("back", lseek(fd, -3, SEEK_CUR));
  report("end", lseek(fd, -1, SEEK_END));
  char byte;
  check((int)read(fd, &byte, 1), "read");
  printf("byte %c\n", byte);
  report("past", lseek(fd, 100, SEEK_SET));
  report("before", lseek(fd, -1, SEEK_SET));
  report("tell", lseek(fd, 0, SEEK_CUR));
  report("stdin", lseek(0, 0, SEEK_SET));
  return 0;
}
