// Makes the second argument another name of the file named by the first.
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  check(link(argv[1], argv[2]), "link");
  return 0;
}
