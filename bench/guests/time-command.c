// Prints what a command took from vfork to its reaping, with no runtime of a caller in the figure: nanoseconds,
// nanoseconds of processor time, and page faults.
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  struct timespec start, end;
  pid_t pid;
  int status;
  struct rusage usage;
  clock_gettime(CLOCK_MONOTONIC, &start);
  if (posix_spawn(&pid, argv[1], &actions, NULL, argv + 1, environ) != 0) return 3;
  wait4(pid, &status, 0, &usage);
  clock_gettime(CLOCK_MONOTONIC, &end);
  if (status != 0) return 4;
  const long long ns = (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec;
  const struct timeval user = usage.ru_utime, kernel = usage.ru_stime;
  const long long cpuUs = (user.tv_sec + kernel.tv_sec) * 1000000LL + user.tv_usec + kernel.tv_usec;
  printf("%lld %lld %ld\n", ns, cpuUs * 1000, usage.ru_minflt + usage.ru_majflt);
  return 0;
}
