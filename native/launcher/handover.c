#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "launcher.h"

/* A memfd takes everything at once unless memory runs out. */
static void put(int fd, const char* bytes, size_t length) {
  while (length > 0) {
    long n = SYS(write, fd, bytes, length);
    if (n < 0) fail("can't hand over the arguments", "memfd", n, n == -EFBIG ? "raise ulimit -f" : "free some memory");
    bytes += n;
    length -= (size_t)n;
  }
}

/* The kernel lays the strings one behind the other: one write for all of them, as a rule. */
static void putStrings(int fd, char** strings) {
  const char *from = NULL, *to = NULL;
  for (; *strings != NULL; strings++) {
    if (*strings != to) {
      if (from != NULL) put(fd, from, (size_t)(to - from));
      from = *strings;
    }
    to = *strings + stringLength(*strings) + 1;
  }
  if (from != NULL) put(fd, from, (size_t)(to - from));
}

int handOver(const struct Caller* caller) {
  static int made = -1;
  if (made >= 0) return made;
  long low = SYS(memfd_create, "wasmctr-args", 0);
  if (low < 0) fail("can't create", "memfd", low, "a kernel with memfd_create is needed");
  /* Out of the way of 0 to 2: where the caller closed one of them, the guest would find our file in its place. */
  long fd = SYS(fcntl, low, F_DUPFD, 10);
  if (fd < 0) fail("can't move", "memfd", fd, "raise ulimit -n");
  SYS(close, low);
  struct SignalAction before;
  /* Past ulimit -f a write answers with it, which kills without a word; EFBIG can be told. */
  setSignal(SIGXFSZ, SIG_IGN, &before);
  char count[24];
  decimal(count, caller->argc);
  put((int)fd, count, stringLength(count) + 1);
  putStrings((int)fd, caller->argv);
  putStrings((int)fd, caller->env);
  resetSignal(SIGXFSZ, &before);
  return made = (int)fd;
}
