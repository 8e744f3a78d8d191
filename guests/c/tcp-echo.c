// Accepts one connection on descriptor 3, echoes it to its end, and prints how many bytes there were.
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"

static char buffer[1 << 16];

int main(void) {
  puts("listening");
  fflush(stdout);
  int peer = accept(3, NULL, NULL);
  check(peer, "accept");
  unsigned total = 0;
  for (ssize_t count; (count = recv(peer, buffer, sizeof buffer, 0)) != 0;) {
    check((int)count, "recv");
    for (ssize_t done = 0, sent; done < count; done += sent) {
      sent = send(peer, buffer + done, (size_t)(count - done), 0);
      check((int)sent, "send");
    }
    total += (unsigned)count;
  }
  check(shutdown(peer, SHUT_RDWR), "shutdown");
  check(close(peer), "close");
  printf("%u bytes\n", total);
  return 0;
}
