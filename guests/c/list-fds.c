// Prints number and WASI file type of every open descriptor below 32.
#include <stdio.h>
#include <wasi/api.h>

int main(void) {
  for (__wasi_fd_t fd = 0; fd < 32; fd++) {
    __wasi_fdstat_t stat;
    if (__wasi_fd_fdstat_get(fd, &stat) == 0) printf("%u %u\n", fd, stat.fs_filetype);
  }
  return 0;
}
