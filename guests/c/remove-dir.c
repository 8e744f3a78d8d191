// Removes the directory named by the first argument.
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  check(rmdir(argc > 1 ? argv[1] : ""), "rmdir");
  return 0;
}
