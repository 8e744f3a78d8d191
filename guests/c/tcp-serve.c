// Serves many connections at once with poll(): each gets its own bytes back, until one sends "quit".
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"

enum { maxPeers = 64 };
static struct pollfd waits[1 + maxPeers] = {{.fd = 3, .events = POLLIN}};
static nfds_t used = 1;
static char buffer[4096];

static void takeNew(void) {
  int peer = accept4(3, NULL, NULL, SOCK_NONBLOCK);
  if (peer < 0 && errno == EAGAIN) return;
  check(peer, "accept");
  waits[used++] = (struct pollfd){.fd = peer, .events = POLLIN};
}

// Returns 0 when the peer asked to stop.
static int answer(nfds_t index) {
  ssize_t count = recv(waits[index].fd, buffer, sizeof buffer, 0);
  if (count < 0 && errno == EAGAIN) return 1;
  if (count > 0) {
    check((int)send(waits[index].fd, buffer, (size_t)count, 0), "send");
    return strncmp(buffer, "quit", 4) != 0;
  }
  close(waits[index].fd);
  waits[index] = waits[--used];
  return 1;
}

int main(void) {
  check(fcntl(3, F_SETFL, O_NONBLOCK), "fcntl");
  puts("listening");
  fflush(stdout);
  for (int running = 1; running;) {
    check(poll(waits, used, -1), "poll");
    for (nfds_t i = used; running && i-- > 1;)
      if (waits[i].revents) running = answer(i);
    if (waits[0].revents && used <= maxPeers) takeNew();
  }
  puts("stopped");
  return 0;
}
