// Writes a file and syncs it in both ways.
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int fd = open(argv[1], O_WRONLY | O_CREAT, 0666);
  check(fd, "open");
  check((int)write(fd, "kept", 4), "write");
  check(fdatasync(fd), "fdatasync");
  check(fsync(fd), "fsync");
  puts("synced");
  return 0;
}
