// Makes a symbolic link: target first, then the link's own path.
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  check(symlink(argv[1], argv[2]), "symlink");
  return 0;
}
