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
  struct Program program = {0, 0, "unknown", "offline"};
  for (int i = 2; i < caller->argc; i++) {
    struct stat st;
    const char* path = caller->argv[i];
    if (isIndirect(path)) return (struct Program){program.bytes, 0, "unknown", "offline"};
    if (path[0] == '-' || SYS(newfstatat, AT_FDCWD, path, &st, 0) != 0 || !S_ISREG(st.st_mode)) continue;
    const char* kind = kindOf(path);
    if (kind == NULL) continue;
    if (program.argument == 0) {
      program.bytes = st.st_size;
      program.argument = i;
    }
    if (!stringsEqual(program.kind, "component")) program.kind = kind;
  }
  return program;
}

static int contains(const char* text, size_t length, const char* part) {
  size_t bytes = stringLength(part);
  for (size_t at = 0; at + bytes <= length; at++)
    if (memcmp(text + at, part, bytes) == 0) return 1;
  return 0;
}

/* Of a config the first bytes are searched for the keys. */
static int configWantsNetwork(const char* path) {
  static const char* const keys[] = {"\"net\"", "\"allow-net\"", "\"publish\""};
  static char text[64 * 1024];
  struct stat st;
  /* Only what can be read again by whom it is meant for. */
  if (SYS(newfstatat, AT_FDCWD, path, &st, 0) != 0 || !S_ISREG(st.st_mode)) return 0;
  long fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return 0;
  long n = SYS(read, fd, text, sizeof text);
  SYS(close, fd);
  for (int k = 0; n > 0 && k < 3; k++)
    if (contains(text, (size_t)n, keys[k])) return 1;
  return 0;
}

int wantsNetwork(const struct Caller* caller) {
  static const char* const flags[] = {"--net", "--allow-net", "--publish", "-p"};
  for (int i = 2; i < caller->argc; i++) {
    const char* word = caller->argv[i];
    for (int k = 0; k < 4; k++)
      if (startsWith(word, flags[k])) return 1;
    if (!startsWith(word, "--config")) continue;
    const char* path = word[8] == '=' ? word + 9 : word[8] == '\0' && i + 1 < caller->argc ? caller->argv[i + 1] : "";
    if (configWantsNetwork(path)) return 1;
  }
  return 0;
}
