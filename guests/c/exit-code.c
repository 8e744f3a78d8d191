// Exits with the number given as first argument.
#include <stdlib.h>

int main(int argc, char** argv) {
  exit(argc > 1 ? (int)strtoul(argv[1], NULL, 0) : 0);
}
