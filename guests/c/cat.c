// Copies standard input to standard output in pieces of 64 KiB.
#include <unistd.h>

#include "guest.h"

static char buffer[1 << 16];

int main(void) {
  for (;;) {
    ssize_t count = read(0, buffer, sizeof buffer);
    check((int)count, "read");
    if (count == 0) return 0;
    for (ssize_t done = 0; done < count;) {
      ssize_t written = write(1, buffer + done, (size_t)(count - done));
      check((int)written, "write");
      done += written;
    }
  }
}
