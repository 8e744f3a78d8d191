#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "launcher.h"

/* The XDG base directory specification: a relative path counts as none. Not root's home: HOME is often the user's still
 * under sudo. */
static int basePath(char into[PATH_BYTES], const struct Caller* caller) {
  const char* cache = environment(caller, "XDG_CACHE_HOME");
  const char* home = environment(caller, "HOME");
  if (cache != NULL && cache[0] == '/') return join(into, PATH_BYTES, (const char* const[]){cache, NULL});
  if (SYS(geteuid) == 0) return join(into, PATH_BYTES, (const char* const[]){"/var/cache", NULL});
  return home != NULL && home[0] == '/' && join(into, PATH_BYTES, (const char* const[]){home, "/.cache", NULL});
}

int openFolder(const struct Caller* caller, int create) {
  static char base[PATH_BYTES], ours[PATH_BYTES], path[PATH_BYTES];
  if (!basePath(base, caller) || !JOIN(ours, base, "/wasmctr") || !JOIN(path, ours, "/frozen")) return -ENOENT;
  if (create) {
    SYS(mkdirat, AT_FDCWD, base, 0700);
    SYS(mkdirat, AT_FDCWD, ours, 0700);
    SYS(mkdirat, AT_FDCWD, path, 0700);
  }
  long fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return (int)fd;
  struct stat st;
  long error = SYS(fstat, fd, &st);
  /* Attack: an image of somebody else's making, in a folder where others can write. */
  if (error == 0 && (st.st_uid != SYS(geteuid) || (st.st_mode & 022) != 0)) error = -EPERM;
  if (error == 0) return (int)fd;
  SYS(close, fd);
  return (int)error;
}
