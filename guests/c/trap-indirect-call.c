// Calls a function through a pointer of another type.
#include <stdio.h>

static int takesNothing(void) {
  return 1;
}

int main(void) {
  int (*volatile target)(void) = takesNothing;
  double (*wrong)(double) = (double (*)(double))(void*)target;
  printf("%f\n", wrong(1.0));
  return 0;
}
