// Nanoseconds per system call, as C sees it: `calls FOLDER ROUNDS`. Prints `name ns` lines on standard error.
// The same source natively and as a guest.
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void need(int ok, const char* what) {
  if (!ok) {
    perror(what);
    exit(1);
  }
}

static void clockOnce(int fd) {
  (void)fd;
  now();
}
static void writeOne(int fd) {
  need(write(fd, "x", 1) == 1, "write");
}
static void read4k(int fd) {
  need(pread(fd, buffer, 4096, 0) == 4096, "pread");
}
static void read64k(int fd) {
  need(pread(fd, buffer, 65536, 0) == 65536, "pread");
}
static void write64k(int fd) {
  need(pwrite(fd, buffer, 65536, 0) == 65536, "pwrite");
}

static const char* path;
static void openClose(int fd) {
  (void)fd;
  int other = open(path, O_RDONLY);
  need(other >= 0, "open");
  close(other);
}

static void pollOne(int fd) {
  struct pollfd one = {.fd = fd, .events = POLLIN};
  need(poll(&one, 1, 0) == 1, "poll");
}

static void measure(const char* name, void (*call)(int), int fd, int rounds) {
  for (int i = 0; i < rounds / 10 + 1; i++) call(fd);
  long long start = now();
  for (int i = 0; i < rounds; i++) call(fd);
  fprintf(stderr, "%s %.1f\n", name, (double)(now() - start) / rounds);
}

int main(int argc, char** argv) {
  need(argc == 3 || argc == 4, "usage");
  static char name[4096];
  snprintf(name, sizeof name, "%s/data", argv[1]);
  path = name;
  int rounds = atoi(argv[2]);
  int fd = open(path, O_RDWR | O_CREAT, 0600);
  need(fd >= 0, path);
  write64k(fd);
  measure("write, 1 byte", writeOne, 1, rounds);
  measure("clock", clockOnce, 0, rounds);
  measure("pread, 4 KiB", read4k, fd, rounds / 2);
  measure("open and close", openClose, 0, rounds / 10);
  measure("pread, 64 KiB", read64k, fd, rounds / 20);
  measure("pwrite, 64 KiB", write64k, fd, rounds / 20);
  // When it is asked for: uvwasi polls no files.
  if (argc > 3) measure("poll, one ready", pollOne, fd, rounds / 2);
  return 0;
}
