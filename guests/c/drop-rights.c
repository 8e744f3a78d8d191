// Gives up the right to write on an open file, tries to write, and tries to take the right back.
#include <fcntl.h>
#include <unistd.h>
#include <wasi/api.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  __wasi_fd_t fd = (__wasi_fd_t)open(argv[1], O_RDWR);
  __wasi_fdstat_t stat;
  __wasi_fd_fdstat_get(fd, &stat);
  __wasi_rights_t less = stat.fs_rights_base & ~__WASI_RIGHTS_FD_WRITE;
  printf("drop: %s\n", errnoName(__wasi_fd_fdstat_set_rights(fd, less, stat.fs_rights_inheriting)));
  printf("write: %s\n", write((int)fd, "x", 1) < 0 ? errnoName(errno) : "OK");
  printf("regain: %s\n", errnoName(__wasi_fd_fdstat_set_rights(fd, stat.fs_rights_base, stat.fs_rights_inheriting)));
  return 0;
}
