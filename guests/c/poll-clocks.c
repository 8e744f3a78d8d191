// Waits for two relative clocks at once, 20 ms and 10 s: one event, the short one's, and how long it took.
#include <stdio.h>
#include <wasi/api.h>

static __wasi_subscription_t after(__wasi_userdata_t data, __wasi_clockid_t clock, __wasi_timestamp_t ns) {
  __wasi_subscription_t sub = {.userdata = data};
  sub.u.tag = __WASI_EVENTTYPE_CLOCK;
  sub.u.u.clock.id = clock;
  sub.u.u.clock.timeout = ns;
  return sub;
}

int main(void) {
  __wasi_subscription_t subs[2] = {
      after(7, __WASI_CLOCKID_REALTIME, 10000000000u),
      after(9, __WASI_CLOCKID_MONOTONIC, 20000000u),
  };
  __wasi_event_t events[2];
  __wasi_size_t count = 0;
  __wasi_timestamp_t start, end;
  __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &start);
  __wasi_errno_t error = __wasi_poll_oneoff(subs, events, 2, &count);
  __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &end);
  printf("errno %u events %u userdata %u type %u error %u ms %u\n", error, (unsigned)count,
         (unsigned)events[0].userdata, events[0].type, events[0].error, (unsigned)((end - start) / 1000000));
  return 0;
}
