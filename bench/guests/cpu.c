// Small kernels: `cpu SCALE`. Prints `name ns` lines on standard error. The same source natively and as a guest.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

__attribute__((noinline)) static uint32_t fib(uint32_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint32_t runFib(int scale) {
  return fib(27 + (uint32_t)scale);
}

static uint32_t runNbody(int scale) {
  double p[5][3], v[5][3], m[5];
  for (int i = 0; i < 5; i++) {
    m[i] = 1.0 / (i + 1);
    for (int k = 0; k < 3; k++) p[i][k] = i * 1.3 + k, v[i][k] = 0.01 * (k - i);
  }
  for (int step = 0; step < (100000 << scale) / 2; step++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        double d[3], r = 0.01;
        for (int k = 0; k < 3; k++) d[k] = p[i][k] - p[j][k], r += d[k] * d[k];
        double f = 0.001 / (r * sqrt(r));
        for (int k = 0; k < 3; k++) v[i][k] -= d[k] * m[j] * f, v[j][k] += d[k] * m[i] * f;
      }
    for (int i = 0; i < 5; i++)
      for (int k = 0; k < 3; k++) p[i][k] += 0.001 * v[i][k];
  }
  return (uint32_t)(fabs(p[0][0]) * 1e6);
}

static uint32_t runSieve(int scale) {
  static uint8_t composite[2000000];
  uint32_t count = 0;
  for (int round = 0; round < 1 << scale; round++) {
    memset(composite, 0, sizeof composite);
    for (uint32_t i = 2; i < sizeof composite; i++) {
      if (composite[i]) continue;
      count++;
      for (uint32_t j = 2 * i; j < sizeof composite; j += i) composite[j] = 1;
    }
  }
  return count;
}

static uint32_t runCrc(int scale) {
  uint32_t table[256], crc = ~0u;
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  for (int i = 0; i < 3000000 << scale; i++) crc = table[(crc ^ (uint32_t)i) & 255] ^ (crc >> 8);
  return ~crc;
}

static void measure(const char* name, uint32_t (*kernel)(int), int scale) {
  long long start = now();
  uint32_t result = kernel(scale);
  fprintf(stderr, "%s %lld\n", name, now() - start);
  // Used, so that no compiler leaves the work out.
  if (result == 1) puts("!");
}

int main(int argc, char** argv) {
  int scale = argc > 1 ? atoi(argv[1]) : 0;
  measure("fib", runFib, scale);
  measure("n-body", runNbody, scale);
  measure("sieve", runSieve, scale);
  measure("CRC-32", runCrc, scale);
  return 0;
}
