// Waits for standard input for at most the milliseconds given, then prints what poll() answered.
#include <poll.h>

#include "guest.h"

int main(int argc, char** argv) {
  struct pollfd wait = {.fd = 0, .events = POLLIN};
  int ready = poll(&wait, 1, argc > 1 ? atoi(argv[1]) : -1);
  check(ready, "poll");
  printf("%d%s%s%s\n", ready, wait.revents & POLLIN ? " in" : "", wait.revents & POLLHUP ? " hup" : "",
         wait.revents & POLLERR ? " err" : "");
  return 0;
}
