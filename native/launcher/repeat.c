/* A record of a start (../src/freeze/repeat.h), from the folder of images. Whatever is wrong with it makes it none. */
#include "../src/freeze/repeat.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "launcher.h"

static unsigned char buffer[REPEAT_MAX_BYTES] __attribute__((aligned(8)));

void recordName(char into[REPEAT_NAME], const char* imageName, const struct Situation* situation) {
  char key[24];
  hexadecimal(key, frozenHash(0, situation->facts, situation->bytes));
  join(into, REPEAT_NAME, (const char* const[]){imageName, ".again-", key, NULL});
}

static long readPrivate(int folder, const char* name) {
  struct stat st;
  long fd = SYS(openat, folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fd;
  long n = SYS(fstat, fd, &st);
  /* Attack: a record of somebody else's making. */
  if (n == 0 && (!S_ISREG(st.st_mode) || st.st_uid != SYS(geteuid) || (st.st_mode & 07777) != 0600 || st.st_nlink != 1))
    n = -EPERM;
  if (n == 0) n = SYS(read, fd, buffer, sizeof buffer);
  SYS(close, fd);
  return n;
}

static int isEnded(const char* text, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (text[i] == '\0') return 1;
  return 0;
}

/* Its hash says that it is as it was written; this, that it could be: each number is one of a place in memory. */
static int isSound(const struct Repeat* record) {
  int ok = isEnded(record->absent, sizeof record->absent) && record->givesProgram + record->files > 0;
  for (uint32_t i = 0; i < record->files; i++) ok &= isEnded(record->file[i].path, sizeof record->file[i].path);
  for (uint32_t i = 0; i < record->directories; i++)
    ok &= isEnded(record->directory[i].path, sizeof record->directory[i].path);
  for (uint32_t i = 0; i < record->groups; i++) ok &= isEnded(record->group[i].parent, sizeof record->group[i].parent);
  for (uint32_t i = 0; i < record->writes; i++) {
    const struct RepeatWrite* write = &record->write[i];
    ok &= write->group < record->groups && isEnded(write->file, sizeof write->file) &&
          isEnded(write->value, sizeof write->value);
  }
  /* Ten digits at most: an id has 32 bits. */
  for (uint32_t i = 0; i < record->holes; i++)
    ok &= record->planBytes >= 10 && record->hole[i].at <= record->planBytes - 10;
  return ok;
}

static int isWhole(struct Repeat* record, uint64_t bytes) {
  if (bytes < sizeof *record || record->magic != REPEAT_MAGIC) return 0;
  const uint64_t hash = record->hash;
  record->hash = 0;
  if (frozenHash(0, record, bytes) != hash) return 0;
  if (record->groups > REPEAT_GROUPS || record->writes > REPEAT_WRITES || record->holes > REPEAT_HOLES) return 0;
  if (record->files > REPEAT_FILES || record->directories > REPEAT_DIRECTORIES) return 0;
  if (sizeof *record + (uint64_t)record->situationBytes + record->planBytes + record->configBytes != bytes) return 0;
  return isSound(record);
}

/* Names can be equal by chance. */
static int isFor(const struct Repeat* record, const struct Situation* situation) {
  return record->situationBytes == situation->bytes && memcmp(record + 1, situation->facts, situation->bytes) == 0;
}

void closeGiven(struct Given* given, const struct Situation* situation) {
  for (uint32_t i = 0; i < given->count; i++)
    if (given->fds[i] != situation->programFd) SYS(close, given->fds[i]);
  given->count = 0;
}

/* Code that was made meanwhile is used, by a start that looks for it; what is gone is not waited for. */
static int openGiven(struct Given* given, const struct Repeat* record, const struct Situation* situation) {
  if (record->absent[0] != '\0' && SYS(faccessat, AT_FDCWD, record->absent, 0) != -ENOENT) return 0;
  if (record->givesProgram) given->fds[given->count++] = situation->programFd;
  for (uint32_t i = 0; i < record->files; i++) {
    struct stat st;
    const char* path = record->file[i].path;
    const long fd = SYS(openat, AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return 0;
    given->fds[given->count++] = (int)fd;
    if (SYS(fstat, fd, &st) != 0 || !isSameFile(&record->file[i].facts, &st)) return 0;
  }
  return openDirectories(given, record);
}

const struct Repeat* openRecord(int folder, const char* name, const struct Situation* situation, struct Given* given) {
  struct Repeat* record = (struct Repeat*)buffer;
  long n = readPrivate(folder, name);
  given->count = 0;
  if (n <= 0 || !isWhole(record, (uint64_t)n) || !isFor(record, situation)) return NULL;
  if (openGiven(given, record, situation)) return record;
  closeGiven(given, situation);
  return NULL;
}

int offerSituation(const char* name, const struct Situation* situation) {
  static char padded[REPEAT_NAME];
  join(padded, sizeof padded, (const char* const[]){name, NULL});
  long low = SYS(memfd_create, "wasmctr-situation", 1 /* MFD_CLOEXEC */);
  if (low < 0) return -1;
  /* As with the arguments: 0 to 2 are the guest's. */
  long fd = SYS(fcntl, low, F_DUPFD_CLOEXEC, 10);
  SYS(close, low);
  if (fd < 0) return -1;
  if (SYS(write, fd, padded, sizeof padded) == sizeof padded &&
      SYS(write, fd, situation->facts, situation->bytes) == (long)situation->bytes)
    return (int)fd;
  SYS(close, fd);
  return -1;
}
