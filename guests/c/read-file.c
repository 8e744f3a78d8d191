// Prints the file named by the first argument.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  int fd = open(argc > 1 ? argv[1] : "", O_RDONLY);
  check(fd, "open");
  char buffer[4096];
  for (ssize_t count; (count = read(fd, buffer, sizeof buffer)) != 0;) {
    check((int)count, "read");
    fwrite(buffer, 1, (size_t)count, stdout);
  }
  return 0;
}
