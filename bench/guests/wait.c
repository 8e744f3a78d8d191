// Stays until it is killed.
#include <unistd.h>

int main(void) {
  sleep(3600);
  return 1;
}
