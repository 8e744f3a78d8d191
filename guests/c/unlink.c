// Unlinks the path given as first argument.
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  check(unlink(argc > 1 ? argv[1] : ""), "unlink");
  return 0;
}
