// Returns 42 from main: the exit code is not given to exit().
int main(void) {
  return 42;
}
