// Renames the first argument to the second.
#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  check(rename(argv[1], argv[2]), "rename");
  return 0;
}
