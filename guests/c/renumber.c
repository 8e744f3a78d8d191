// Moves an open file onto another descriptor, reads there, and prints that the old number is closed.
#include <fcntl.h>
#include <unistd.h>
#include <wasi/api.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int from = open(argv[1], O_RDONLY), to = open(argv[1], O_RDONLY);
  check(from, "open");
  check(to, "open");
  check((int)lseek(from, 3, SEEK_SET), "lseek");
  errno = __wasi_fd_renumber((__wasi_fd_t)from, (__wasi_fd_t)to);
  if (errno) fail("fd_renumber");
  char byte;
  check((int)read(to, &byte, 1), "read");
  printf("%c, old: %s\n", byte, read(from, &byte, 1) < 0 ? errnoName(errno) : "OK");
  return 0;
}
