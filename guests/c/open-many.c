// Opens the same file again and again until that fails, and prints how often it worked and why it stopped.
#include <fcntl.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  unsigned count = 0;
  while (count < 1000000 && open(argv[1], O_RDONLY) >= 0) count++;
  printf("%u %s\n", count, errnoName(errno));
  return 0;
}
