// One line, as a program of any language would say it.
#include <stdio.h>

int main(void) {
  puts("hello");
  return 0;
}
