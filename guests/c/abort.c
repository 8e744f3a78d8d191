// Calls abort(), which traps.
#include <stdlib.h>

int main(void) {
  abort();
}
