// A process to be confined: joins the groups whose files it inherits, does one thing that limits act on, says what came
// of it. Usage: cgroup-child JOIN_FDS ACTION [ARGS], where JOIN_FDS is how many descriptors from 3 on are to be written
// "0".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static long clockUs(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

// Prints the CPU time got within that wall time.
static int burn(long wallMs) {
  long end = clockUs(CLOCK_MONOTONIC) + wallMs * 1000;
  while (clockUs(CLOCK_MONOTONIC) < end) {
  }
  printf("%ld\n", clockUs(CLOCK_PROCESS_CPUTIME_ID));
  return 0;
}

// The CPU time got between two moments of the monotonic clock: competitors must compete all of the time that counts.
static int window(long startUs, long endUs) {
  while (clockUs(CLOCK_MONOTONIC) < startUs) usleep(1000);
  long before = clockUs(CLOCK_PROCESS_CPUTIME_ID);
  while (clockUs(CLOCK_MONOTONIC) < endUs) {
  }
  printf("%ld\n", clockUs(CLOCK_PROCESS_CPUTIME_ID) - before);
  return 0;
}

static int allocate(long bytes) {
  char* memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  for (long i = 0; i < bytes; i += 4096) memory[i] = 1;
  printf("%ld\n", bytes);
  return 0;
}

// Prints how many children it could have at once, and stays.
static int family(int wanted) {
  int made = 0;
  for (; made < wanted; made++) {
    pid_t pid = fork();
    if (pid == 0) pause();
    if (pid < 0) break;
  }
  printf("%d\n", made);
  fflush(stdout);
  return pause();
}

// Forks without end: each generation starts the next and dies.
static void multiply(void) {
  printf("started\n");
  fflush(stdout);
  for (;;) {
    if (fork() > 0) _exit(0);
    usleep(200);
  }
}

// Past the page cache, in blocks of 64 KiB; prints the microseconds taken.
static int transfer(const char* path, long bytes, int writing) {
  int fd = open(path, (writing ? O_WRONLY : O_RDONLY) | O_DIRECT);
  char* block = aligned_alloc(4096, 65536);
  if (fd < 0 || block == NULL) return 1;
  memset(block, 1, 65536);
  long start = clockUs(CLOCK_MONOTONIC);
  for (long done = 0; done < bytes; done += 65536)
    if ((writing ? write(fd, block, 65536) : read(fd, block, 65536)) != 65536) return 1;
  printf("%ld\n", clockUs(CLOCK_MONOTONIC) - start);
  return 0;
}

static int cpus(void) {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  for (int i = 0; i < CPU_SETSIZE; i++)
    if (CPU_ISSET(i, &set)) printf("%d ", i);
  printf("\n");
  return 0;
}

// One line a millisecond of work: stops when it stands still.
static void tick(void) {
  for (long i = 0;; i++) {
    printf("%ld\n", i);
    fflush(stdout);
    usleep(1000);
  }
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  for (int i = 0; i < atoi(argv[1]); i++)
    if (write(3 + i, "0", 1) != 1) {
      fprintf(stderr, "join: %s\n", strerror(errno));
      return 3;
    }
  const char* action = argv[2];
  long number = argc > 3 ? atol(argv[3]) : 0;
  if (strcmp(action, "burn") == 0) return burn(number);
  if (strcmp(action, "window") == 0) return window(number, atol(argv[4]));
  if (strcmp(action, "allocate") == 0) return allocate(number);
  if (strcmp(action, "family") == 0) return family((int)number);
  if (strcmp(action, "multiply") == 0) multiply();
  if (strcmp(action, "cpus") == 0) return cpus();
  if (strcmp(action, "tick") == 0) tick();
  if (strcmp(action, "read") == 0) return transfer(argv[4], number, 0);
  if (strcmp(action, "write") == 0) return transfer(argv[4], number, 1);
  return 2;
}
