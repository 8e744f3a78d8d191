// Prints type letter and name of every entry of a directory, in the order they come.
#include <dirent.h>

#include "guest.h"

static char letter(unsigned char type) {
  switch (type) {
    case DT_REG:
      return 'f';
    case DT_DIR:
      return 'd';
    case DT_LNK:
      return 'l';
    case DT_CHR:
      return 'c';
    default:
      return '?';
  }
}

int main(int argc, char** argv) {
  DIR* dir = opendir(argc > 1 ? argv[1] : ".");
  if (!dir) fail("opendir");
  for (;;) {
    // Each time: printf() leaves an errno of its own.
    errno = 0;
    struct dirent* entry = readdir(dir);
    if (!entry) break;
    printf("%c %s\n", letter(entry->d_type), entry->d_name);
  }
  if (errno) fail("readdir");
  closedir(dir);
  return 0;
}
