// Raises the WASI signal whose number is the first argument.
#include <stdint.h>

#include "guest.h"

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_raise"))) int32_t procRaise(int32_t signal);

int main(int argc, char** argv) {
  errno = procRaise(argc > 1 ? atoi(argv[1]) : 0);
  if (errno) fail("proc_raise");
  puts("survived");
  return 0;
}
