// Says "sleeping", sleeps for the milliseconds given as first argument, says "awake".
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char** argv) {
  long ms = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
  struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
  puts("sleeping");
  fflush(stdout);
  nanosleep(&time, NULL);
  puts("awake");
  return 0;
}
