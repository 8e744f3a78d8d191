// Copies the file named by the first argument to the second, in pieces.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

static char buffer[1 << 16];

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int from = open(argv[1], O_RDONLY);
  check(from, "open");
  int to = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
  check(to, "create");
  for (ssize_t count; (count = read(from, buffer, sizeof buffer)) != 0;) {
    check((int)count, "read");
    for (ssize_t done = 0, written; done < count; done += written) {
      written = write(to, buffer + done, (size_t)(count - done));
      check((int)written, "write");
    }
  }
  check(close(to), "close");
  return 0;
}
