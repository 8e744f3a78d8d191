// Converts a not-a-number to an integer with the trapping instruction.
#include <math.h>
#include <stdio.h>

int main(void) {
  volatile double source = NAN;
  printf("%d\n", __builtin_wasm_trunc_s_i32_f64(source));
  return 0;
}
