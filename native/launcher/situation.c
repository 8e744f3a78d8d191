/* All that a supervisor would look at before it starts a container, so that a start can be known again. */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "launcher.h"

static unsigned char buffer[REPEAT_MAX_SITUATION] __attribute__((aligned(8)));

/* 0 where it does not fit. */
static int append(struct Situation* to, const char* text, size_t bytes) {
  if (bytes > sizeof buffer - to->bytes) return 0;
  memcpy(buffer + to->bytes, text, bytes);
  to->bytes += bytes;
  return 1;
}

static int appendString(struct Situation* to, const char* text) {
  return append(to, text, stringLength(text) + 1);
}

static int appendFile(struct Situation* to, const char* path) {
  long fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  size_t room = sizeof buffer - to->bytes;
  long n = SYS(read, fd, buffer + to->bytes, room);
  SYS(close, fd);
  if (n <= 0 || (size_t)n == room) return 0;
  to->bytes += (size_t)n;
  return 1;
}

/* Of the environment, what the supervisor reads unless a flag names more: its own settings, and where its cache is. */
static int appendEnvironment(struct Situation* to, const struct Caller* caller) {
  static const char* const names[] = {"WASMCTR_", "XDG_CACHE_HOME=", "HOME="};
  for (char** entry = caller->env; *entry != NULL; entry++)
    for (int i = 0; i < 3; i++)
      if (startsWith(*entry, names[i]) && !appendString(to, *entry)) return 0;
  return 1;
}

/* Terminals and devices are told apart by their numbers, sockets by streams and datagrams. */
static int describeStdio(struct RepeatSituation* facts) {
  for (int fd = 0; fd < 3; fd++) {
    struct stat st;
    int type = 0, bytes = sizeof type;
    if (SYS(fstat, fd, &st) != 0) return 0;
    facts->stdioType[fd] = st.st_mode & S_IFMT;
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) facts->stdioDevice[fd] = st.st_rdev;
    if (!S_ISSOCK(st.st_mode)) continue;
    if (SYS(getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &bytes) != 0) return 0;
    facts->stdioDevice[fd] = (uint64_t)type;
  }
  return 1;
}

static int describeProcess(struct RepeatSituation* facts) {
  struct stat st;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
  if (SYS(getresuid, &facts->ids[0], &facts->ids[1], &facts->ids[2]) != 0) return 0;
  if (SYS(getresgid, &facts->ids[3], &facts->ids[4], &facts->ids[5]) != 0) return 0;
  if (SYS(capget, &header, data) != 0) return 0;
  facts->capabilities[0] = data[0].effective | (uint64_t)data[1].effective << 32;
  facts->capabilities[1] = data[0].permitted | (uint64_t)data[1].permitted << 32;
  facts->noNewPrivs = (uint32_t)SYS(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  facts->seccomp = (uint32_t)SYS(prctl, PR_GET_SECCOMP, 0, 0, 0, 0);
  for (int i = 0; i < 16; i++) {
    struct rlimit limit = {0, 0};
    if (SYS(prlimit64, 0, i, NULL, &limit) != 0) return 0;
    facts->hardLimits[i] = limit.rlim_max;
  }
  if (SYS(newfstatat, AT_FDCWD, "/proc/self/ns/pid", &st, 0) != 0) return 0;
  facts->pidNamespace = st.st_ino;
  /* Ids and capabilities are those of a namespace: root of one is not root of another. */
  if (SYS(newfstatat, AT_FDCWD, "/proc/self/ns/user", &st, 0) != 0) return 0;
  facts->userNamespace = st.st_ino;
  return 1;
}

/* PROC_USER_INIT_INO of the kernel: it has everybody in it. */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDu

/* Who there is in a user namespace decides what a container can be; and numbers of namespaces that are gone come again.
 */
static int appendIdMaps(struct Situation* to) {
  if (to->facts->userNamespace == FIRST_USER_NAMESPACE) return 1;
  return appendFile(to, "/proc/self/uid_map") && appendFile(to, "/proc/self/gid_map") &&
         appendFile(to, "/proc/self/setgroups");
}

int describeSituation(struct Situation* into, const struct Image* image, const struct Caller* caller,
                      const struct Program* program) {
  struct RepeatSituation* facts = (struct RepeatSituation*)buffer;
  struct stat st;
  into->facts = facts;
  into->bytes = sizeof *facts;
  into->programFd = -1;
  /* One that is to have a network needs a broker. */
  if (program->argument == 0 || stringsEqual(program->kind, "unknown") || !stringsEqual(program->network, "offline"))
    return 0;
  long fd = SYS(openat, AT_FDCWD, caller->argv[program->argument], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return 0;
  into->programFd = (int)fd;
  if (SYS(fstat, fd, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
  facts->program = frozenFacts(&st);
  facts->imageSeal = image->seal;
  facts->argc = (uint32_t)caller->argc;
  if (!describeStdio(facts) || !describeProcess(facts)) return 0;
  for (int i = 0; i < caller->argc; i++)
    if (!appendString(into, caller->argv[i])) return 0;
  return appendEnvironment(into, caller) && appendIdMaps(into) && appendFile(into, "/proc/self/cgroup");
}
