// Sets O_APPEND on an open file and writes from position 0; then clears it and writes from position 0 again.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int fd = open(argv[1], O_WRONLY);
  check(fd, "open");
  check(fcntl(fd, F_SETFL, O_APPEND), "fcntl");
  check((int)write(fd, "end", 3), "write");
  check(fcntl(fd, F_SETFL, 0), "fcntl");
  check((int)lseek(fd, 0, SEEK_SET), "lseek");
  check((int)write(fd, "start", 5), "write");
  return 0;
}
