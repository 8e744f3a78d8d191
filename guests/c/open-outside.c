// Tries to open each argument beneath the first preopen, without the libc's own path handling, and prints the errors.
#include <string.h>
#include <wasi/api.h>

#include "guest.h"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    __wasi_fd_t fd;
    int error = __wasi_path_open(3, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, argv[i], 0, __WASI_RIGHTS_FD_READ, 0, 0, &fd);
    printf("%s %s\n", argv[i], errnoName(error));
  }
  return 0;
}
