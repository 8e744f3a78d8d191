// Gives each of the six kinds of advice on a file, and one that does not exist.
#include <fcntl.h>
#include <stdio.h>
#include <wasi/api.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  __wasi_fd_t fd = (__wasi_fd_t)open(argv[1], O_RDONLY);
  for (__wasi_advice_t advice = 0; advice < 7; advice++) printf("%u\n", __wasi_fd_advise(fd, 0, 0, advice));
  return 0;
}
