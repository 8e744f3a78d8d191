// Sets access time (second argument) and modification time (third) of a path beneath the first preopen: seconds, "now"
// or "omit". Not by utimensat(): the constants in wasi-libc's header are not those that it was built with.
#include <string.h>
#include <wasi/api.h>

#include "guest.h"

static __wasi_timestamp_t when(const char* text, __wasi_fstflags_t set, __wasi_fstflags_t now,
                               __wasi_fstflags_t* flags) {
  if (strcmp(text, "omit") == 0) return 0;
  *flags |= strcmp(text, "now") == 0 ? now : set;
  return (__wasi_timestamp_t)atoll(text) * 1000000000u + 123456789u;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  __wasi_fstflags_t flags = 0;
  __wasi_timestamp_t atim = when(argv[2], __WASI_FSTFLAGS_ATIM, __WASI_FSTFLAGS_ATIM_NOW, &flags);
  __wasi_timestamp_t mtim = when(argv[3], __WASI_FSTFLAGS_MTIM, __WASI_FSTFLAGS_MTIM_NOW, &flags);
  errno = __wasi_path_filestat_set_times(3, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, argv[1], atim, mtim, flags);
  if (errno) fail("path_filestat_set_times");
  return 0;
}
