// Writes as many random bytes as the first argument says.
#include <wasi/api.h>

#include "guest.h"

int main(int argc, char** argv) {
  size_t length = argc > 1 ? strtoul(argv[1], NULL, 10) : 16;
  unsigned char* bytes = malloc(length);
  errno = __wasi_random_get(bytes, length);
  if (errno) fail("random_get");
  fwrite(bytes, 1, length, stdout);
  return 0;
}
