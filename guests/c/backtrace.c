// Traps three named functions deep.
static volatile int depth;

__attribute__((noinline)) static void innermost(void) {
  depth = depth + 1;
  __builtin_trap();
}

__attribute__((noinline)) static void middle(void) {
  innermost();
  depth = depth - 1;
}

__attribute__((noinline)) static void outermost(void) {
  middle();
  depth = depth - 1;
}

int main(void) {
  outermost();
  return depth;
}
