// Prints type, link count and size of a path, and its three times in nanoseconds; -l as second argument: of the link.
#include <inttypes.h>
#include <sys/stat.h>

#include "guest.h"

static int64_t ns(struct timespec time) {
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static const char* kind(mode_t mode) {
  if (S_ISREG(mode)) return "file";
  if (S_ISDIR(mode)) return "directory";
  if (S_ISLNK(mode)) return "symlink";
  return S_ISCHR(mode) ? "device" : "other";
}

int main(int argc, char** argv) {
  struct stat found;
  const char* path = argc > 1 ? argv[1] : "";
  check(argc > 2 ? lstat(path, &found) : stat(path, &found), "stat");
  printf("%s %u %" PRId64 "\n", kind(found.st_mode), (unsigned)found.st_nlink, (int64_t)found.st_size);
  printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", ns(found.st_atim), ns(found.st_mtim), ns(found.st_ctim));
  return 0;
}
