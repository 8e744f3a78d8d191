// Works for a while between two readings of the CPU clocks and prints whether each advanced.
#include <stdio.h>
#include <wasi/api.h>

int main(void) {
  const __wasi_clockid_t clocks[] = {__WASI_CLOCKID_PROCESS_CPUTIME_ID, __WASI_CLOCKID_THREAD_CPUTIME_ID};
  for (int i = 0; i < 2; i++) {
    __wasi_timestamp_t before = 0, after = 0;
    __wasi_errno_t error = __wasi_clock_time_get(clocks[i], 1, &before);
    for (volatile int work = 0; work < 20000000; work = work + 1) {
    }
    __wasi_clock_time_get(clocks[i], 1, &after);
    printf("errno %u advanced %d\n", error, after > before);
  }
  return 0;
}
