// Waits for an absolute time 30 ms ahead, on both clocks in turn, and prints how long each wait took.
#include <stdio.h>
#include <wasi/api.h>

int main(void) {
  const __wasi_clockid_t clocks[] = {__WASI_CLOCKID_REALTIME, __WASI_CLOCKID_MONOTONIC};
  for (int i = 0; i < 2; i++) {
    __wasi_timestamp_t start, end;
    __wasi_clock_time_get(clocks[i], 1, &start);
    __wasi_subscription_t sub = {.userdata = 1};
    sub.u.tag = __WASI_EVENTTYPE_CLOCK;
    sub.u.u.clock.id = clocks[i];
    sub.u.u.clock.timeout = start + 30000000;
    sub.u.u.clock.flags = __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
    __wasi_event_t event;
    __wasi_size_t count = 0;
    __wasi_errno_t error = __wasi_poll_oneoff(&sub, &event, 1, &count);
    __wasi_clock_time_get(clocks[i], 1, &end);
    printf("errno %u events %u ms %u\n", error, (unsigned)count, (unsigned)((end - start) / 1000000));
  }
  return 0;
}
