// Makes the directory named by the first argument.
#include <sys/stat.h>

#include "guest.h"

int main(int argc, char** argv) {
  check(mkdir(argc > 1 ? argv[1] : "", 0777), "mkdir");
  return 0;
}
