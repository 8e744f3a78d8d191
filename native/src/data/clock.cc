// Time, waiting and randomness.
#include <poll.h>
#include <time.h>

#include <algorithm>

#include "../sys.h"
#include "calls.h"
#include "syscalls.h"

namespace data {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

uint64_t nanoseconds(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t monotonicNow() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return nanoseconds(time);
}

/** (clock, memory, result): the 64 bits that `call` gives, at `result`. */
void clockAnswer(const Info& info, int (*call)(clockid_t, timespec*)) {
  uint8_t* result = memory(info, 1).at(number(info, 2), 8);
  if (result == nullptr) return answer(info, -EFAULT);
  timespec time;
  if (call(integer(info, 0), &time) < 0) return answer(info, -errno);
  store<uint64_t>(result, nanoseconds(time));
  answer(info, 0);
}

}  // namespace

/** clockTime(clock, memory, result), Linux's clock numbers. */
void clockTime(const Info& info) {
  clockAnswer(info, clock_gettime);
}

/** clockResolution(clock, memory, result) */
void clockResolution(const Info& info) {
  clockAnswer(info, clock_getres);
}

/** random(memory, buffer, length): always all of it. */
void random(const Info& info) {
  const double length = number(info, 2);
  uint8_t* bytes = memory(info, 0).at(number(info, 1), length);
  if (bytes == nullptr) return answer(info, -EFAULT);
  // getrandom(2) gives at most 32 MiB - 1 at a time, and less after a signal.
  for (auto left = static_cast<size_t>(length); left > 0;) {
    const ssize_t got = sys::retry([&] { return getrandom(bytes, left); });
    if (got < 0) return answer(info, -errno);
    bytes += got;
    left -= static_cast<size_t>(got);
  }
  answer(info, 0);
}

/** poll(pollfds, count, timeoutNs): struct pollfd[], revents filled in; a negative timeout waits for ever. */
void poll(const Info& info) {
  const double count = number(info, 1), timeout = number(info, 2);
  auto* fds = reinterpret_cast<pollfd*>(memory(info, 0).at(0, count * sizeof(pollfd)));
  if (fds == nullptr && count > 0) return answer(info, -EFAULT);
  // An end in 292 years is as good as none; the cast would overflow beyond.
  const bool forever = !(timeout >= 0 && timeout < 9e18);
  const uint64_t start = monotonicNow(), length = forever ? 0 : static_cast<uint64_t>(timeout);
  for (uint64_t passed = 0;; passed = monotonicNow() - start) {
    const uint64_t left = length - std::min(length, passed);
    const timespec wait{static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
    const int ready = ppoll(fds, static_cast<nfds_t>(count), forever ? nullptr : &wait, nullptr);
    if (ready >= 0 || errno != EINTR) return answer(info, outcome(ready));
  }
}

}  // namespace data
