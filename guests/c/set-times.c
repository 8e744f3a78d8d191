// Sets the access time (second argument) and modification time (third) of a path: seconds, "now" or "omit".
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "guest.h"

static struct timespec when(const char* text) {
  if (strcmp(text, "now") == 0) return (struct timespec){.tv_nsec = UTIME_NOW};
  if (strcmp(text, "omit") == 0) return (struct timespec){.tv_nsec = UTIME_OMIT};
  return (struct timespec){.tv_sec = atoll(text), .tv_nsec = 123456789};
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  struct timespec times[2] = {when(argv[2]), when(argv[3])};
  check(utimensat(AT_FDCWD, argv[1], times, 0), "utimensat");
  return 0;
}
