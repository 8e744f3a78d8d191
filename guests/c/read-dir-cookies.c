// Reads a directory with a buffer of the size given, unlinking each entry as it is seen, and prints how many there
// were.
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

#include "guest.h"

static unsigned seen;

static void visit(int dir, const char* name, size_t length) {
  char copy[256];
  memcpy(copy, name, length);
  copy[length] = 0;
  if (strcmp(copy, ".") == 0 || strcmp(copy, "..") == 0) return;
  seen++;
  check(unlinkat(dir, copy, 0), "unlinkat");
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int dir = open(argv[1], O_RDONLY | O_DIRECTORY);
  check(dir, "open");
  size_t size = strtoul(argv[2], NULL, 10);
  uint8_t* buffer = malloc(size);
  __wasi_dircookie_t cookie = __WASI_DIRCOOKIE_START;
  for (bool more = true; more;) {
    __wasi_size_t used = 0;
    errno = __wasi_fd_readdir((__wasi_fd_t)dir, buffer, size, cookie, &used);
    if (errno) fail("fd_readdir");
    size_t at = 0;
    for (; at + sizeof(__wasi_dirent_t) <= used;) {
      __wasi_dirent_t entry;
      memcpy(&entry, buffer + at, sizeof entry);
      if (at + sizeof entry + entry.d_namlen > used) break;
      visit(dir, (char*)buffer + at + sizeof entry, entry.d_namlen);
      at += sizeof entry + entry.d_namlen;
      cookie = entry.d_next;
    }
    more = used == size;
  }
  printf("%u entries\n", seen);
  return 0;
}
