// What every guest needs: a way to fail that names the call and the errno.
#pragma once
#include <stdio.h>
#include <stdlib.h>

#include "errno-name.h"

// The message has a fixed form, so that a test can match it: `call: ENAME`.
static inline _Noreturn void fail(const char* call) {
  fprintf(stderr, "%s: %s\n", call, errnoName(errno));
  exit(1);
}

static inline void check(int result, const char* call) {
  if (result < 0) fail(call);
}
