/* The control groups of a start that is repeated, made and removed as runtime/sandbox/cgroup-group.ts does. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher.h"

/* While the kernel still counts a process that has ended. */
#define REMOVE_TRIES 1000
#define REMOVE_WAIT_NS 1000000

/* Field 22 of proc(5)'s stat; the name, in parentheses, may hold any character. */
static long startTicks(void) {
  static char text[1024];
  long fd = SYS(openat, AT_FDCWD, "/proc/self/stat", O_RDONLY | O_CLOEXEC);
  long n = fd < 0 ? fd : SYS(read, fd, text, sizeof text - 1);
  if (fd >= 0) SYS(close, fd);
  if (n <= 0) return -1;
  text[n] = '\0';
  const char* at = text;
  for (const char* c = text; *c != '\0'; c++)
    if (*c == ')') at = c + 1;
  for (int field = 2; field < 22 && *at != '\0'; at++)
    if (*at == ' ') field++;
  long ticks = 0;
  for (; *at >= '0' && *at <= '9'; at++) ticks = ticks * 10 + (*at - '0');
  return ticks;
}

/* runtime/sandbox/cgroup-name.ts */
static int groupName(char into[REPEAT_PATH], uint64_t pidNamespace) {
  char space[24], pid[24], ticks[24];
  const long start = startTicks();
  if (start < 0) return 0;
  decimal(space, (long)pidNamespace);
  decimal(pid, SYS(getpid));
  decimal(ticks, start);
  return join(into, REPEAT_PATH, (const char* const[]){"wasmctr-", space, "-", pid, "-", ticks, "-0", NULL});
}

/* Of a process of this pid namespace that is gone (runtime/sandbox/cgroup-name.ts). */
static int isStale(const char* name, const char* ours) {
  if (!startsWith(name, ours)) return 0;
  long pid = 0;
  for (const char* at = name + stringLength(ours); *at >= '0' && *at <= '9'; at++) pid = pid * 10 + (*at - '0');
  return pid > 0 && SYS(kill, pid, 0) == -ESRCH;
}

/* The kernel's struct linux_dirent64. */
struct Entry {
  uint64_t inode;
  int64_t next;
  uint16_t bytes;
  uint8_t type;
  char name[];
};

/* Whether a start that was killed has left its group here: one that does all of its own work removes it. */
static int hasStale(int parent, uint64_t pidNamespace) {
  static char entries[16 * 1024] __attribute__((aligned(8)));
  char ours[64], space[24];
  JOIN(ours, "wasmctr-", decimal(space, (long)pidNamespace), "-");
  /* The first of them are enough: of more, others go with them. */
  const long n = SYS(getdents64, parent, entries, sizeof entries);
  for (long at = 0; at < n;) {
    const struct Entry* entry = (const struct Entry*)(entries + at);
    if (isStale(entry->name, ours)) return 1;
    at += entry->bytes;
  }
  return 0;
}

static int openParent(const struct RepeatGroup* group) {
  struct stat st;
  long fd = SYS(openat, AT_FDCWD, group->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -1;
  if (SYS(fstat, fd, &st) == 0 && st.st_dev == group->device && st.st_ino == group->inode) return (int)fd;
  SYS(close, fd);
  return -1;
}

static long openIn(int dir, const char* file) {
  return SYS(openat, dir, file, O_WRONLY | O_CLOEXEC);
}

static int limit(int dir, const struct RepeatWrite* write) {
  const long fd = openIn(dir, write->file);
  if (fd < 0) return 0;
  const long bytes = (long)stringLength(write->value);
  const long n = SYS(write, fd, write->value, bytes);
  SYS(close, fd);
  return n == bytes;
}

static int makeGroup(struct Groups* groups, const struct Repeat* record, uint32_t i, uint64_t pidNamespace) {
  const int parent = openParent(&record->group[i]);
  if (parent < 0) return 0;
  groups->parents[i] = parent;
  groups->count = i + 1;
  /* The first hierarchy is the one that sweepers look at. */
  if (i == 0 && hasStale(parent, pidNamespace)) return 0;
  if (SYS(mkdirat, parent, groups->name, 0777) != 0) return 0;
  groups->made = i + 1;
  const long dir = SYS(openat, parent, groups->name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return 0;
  int ok = 1;
  for (uint32_t w = 0; ok && w < record->writes; w++)
    if (record->write[w].group == i) ok = limit((int)dir, &record->write[w]);
  if (record->group[i].isUnified) {
    groups->unified = (int)dir;
    return ok;
  }
  groups->tasks[i] = (int)openIn((int)dir, "tasks");
  SYS(close, dir);
  return ok && groups->tasks[i] >= 0;
}

int makeGroups(struct Groups* groups, const struct Repeat* record, uint64_t pidNamespace) {
  memset(groups, 0, sizeof *groups);
  groups->record = record;
  groups->unified = -1;
  for (int i = 0; i < REPEAT_GROUPS; i++) groups->tasks[i] = -1;
  if (!groupName(groups->name, pidNamespace)) return 0;
  for (uint32_t i = 0; i < record->groups; i++) {
    if (makeGroup(groups, record, i, pidNamespace)) continue;
    removeGroups(groups);
    return 0;
  }
  return 1;
}

void closeParents(struct Groups* groups) {
  for (uint32_t i = 0; i < groups->count; i++) {
    SYS(close, groups->parents[i]);
    groups->parents[i] = -1;
  }
}

void closeEntries(struct Groups* groups) {
  if (groups->unified >= 0) SYS(close, groups->unified);
  groups->unified = -1;
  for (uint32_t i = 0; i < groups->count; i++)
    if (groups->tasks[i] >= 0) SYS(close, groups->tasks[i]);
  for (uint32_t i = 0; i < groups->count; i++) groups->tasks[i] = -1;
}

int removeGroups(struct Groups* groups) {
  const struct timespec pause = {0, REMOVE_WAIT_NS};
  closeEntries(groups);
  /* The first is the one that sweepers look at, so it is removed last. */
  for (; groups->made > 0; groups->made--) {
    const uint32_t last = groups->made - 1;
    long error = 0;
    if (groups->parents[last] < 0) groups->parents[last] = openParent(&groups->record->group[last]);
    for (int i = 0; i < REMOVE_TRIES; i++) {
      error = SYS(unlinkat, groups->parents[last], groups->name, 0x200 /* AT_REMOVEDIR */);
      if (error != -EBUSY) break;
      SYS(nanosleep, &pause, NULL);
    }
    if (error != 0 && error != -ENOENT) return 0;
  }
  closeParents(groups);
  groups->count = 0;
  return 1;
}
