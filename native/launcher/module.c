#include <fcntl.h>
#include <sys/stat.h>

#include "launcher.h"

static const char* kindOf(const char* path) {
  char head[8] = {0};
  long fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return NULL;
  long n = SYS(read, fd, head, sizeof head);
  SYS(close, fd);
  if (n != sizeof head || memcmp(head, "\0asm", 4) != 0) return NULL;
  /* Modules are of layer 0, components of layer 1 (the component model's Binary.md). */
  return head[6] == 0 ? "module" : "component";
}

static int isIndirect(const char* argument) {
  static const char config[] = "--config";
  return stringsEqual(argument, "-") || startsWith(argument, config);
}

struct Program findProgram(const struct Caller* caller) {
  struct Program program = {0, "unknown"};
  for (int i = 2; i < caller->argc; i++) {
    struct stat st;
    const char* path = caller->argv[i];
    if (isIndirect(path)) return (struct Program){program.bytes, "unknown"};
    if (path[0] == '-' || SYS(newfstatat, AT_FDCWD, path, &st, 0) != 0 || !S_ISREG(st.st_mode)) continue;
    const char* kind = kindOf(path);
    if (kind == NULL) continue;
    if (program.bytes == 0) program.bytes = st.st_size;
    if (!stringsEqual(program.kind, "component")) program.kind = kind;
  }
  return program;
}
