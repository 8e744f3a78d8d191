// Makes, fills, checks and removes a thousand files.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

int main(int argc, char** argv) {
  for (int i = 0; i < 1000; i++) {
    char path[256], back[64] = "";
    snprintf(path, sizeof path, "%s/file-%d", argc > 1 ? argv[1] : ".", i);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0666);
    check(fd, "open");
    check((int)write(fd, path, strlen(path) % 64), "write");
    check((int)pread(fd, back, 63, 0), "pread");
    if (strncmp(path, back, strlen(path) % 64) != 0) return 3;
    check(close(fd), "close");
    check(unlink(path), "unlink");
  }
  puts("done");
  return 0;
}
