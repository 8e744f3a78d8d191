// Prints seconds since 1970, whether the monotonic clock advances, and the resolution of both in nanoseconds.
#include <stdio.h>
#include <time.h>

int main(void) {
  struct timespec wall, first, second, resolution;
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_MONOTONIC, &first);
  do clock_gettime(CLOCK_MONOTONIC, &second);
  while (second.tv_sec == first.tv_sec && second.tv_nsec == first.tv_nsec);
  int forward = second.tv_sec > first.tv_sec || second.tv_nsec > first.tv_nsec;
  printf("%lld %d", (long long)wall.tv_sec, forward);
  clock_getres(CLOCK_REALTIME, &resolution);
  printf(" %ld", resolution.tv_nsec);
  clock_getres(CLOCK_MONOTONIC, &resolution);
  printf(" %ld\n", resolution.tv_nsec);
  return 0;
}
