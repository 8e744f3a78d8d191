// Carries out file calls read from standard input, one a line, and prints what each gave: the same source compiled for
// Linux does them in a plain folder, and both must print the same. Descriptors live in eight numbered slots.
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

enum { slots = 8, maxWords = 6, maxEntries = 512 };

static int open_[slots] = {-1, -1, -1, -1, -1, -1, -1, -1};
static char* word[maxWords];
static char buffer[1 << 16];

static int slot(void) {
  return open_[atoi(word[1]) % slots];
}

static const char* kind(mode_t mode) {
  return S_ISREG(mode) ? "file" : S_ISDIR(mode) ? "dir" : S_ISLNK(mode) ? "link" : "other";
}

static int openFlags(const char* list) {
  static const struct {
    const char* name;
    int flag;
  } known[] = {{"r", O_RDONLY},      {"w", O_WRONLY},      {"rw", O_RDWR},
               {"creat", O_CREAT},   {"excl", O_EXCL},     {"trunc", O_TRUNC},
               {"append", O_APPEND}, {"dir", O_DIRECTORY}, {"nofollow", O_NOFOLLOW}};
  char copy[128];
  int flags = 0;
  snprintf(copy, sizeof copy, "%s", list);
  for (char* name = strtok(copy, ","); name; name = strtok(NULL, ","))
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      if (strcmp(name, known[i].name) == 0) flags |= known[i].flag;
  return flags;
}

static void say(long long result) {
  if (result < 0) {
    printf("%s\n", errnoName(errno));
  } else {
    printf("%lld\n", result);
  }
}

static void sayData(ssize_t count) {
  if (count < 0) return say(count);
  printf("%d ", (int)count);
  // Holes are zeros, which would end a line for some tools.
  for (ssize_t i = 0; i < count; i++) putchar(buffer[i] ? buffer[i] : '.');
  putchar('\n');
}

static void sayStat(int result, const struct stat* found) {
  if (result < 0) return say(result);
  // What a directory's size means is the file system's business.
  long long size = S_ISDIR(found->st_mode) ? 0 : (long long)found->st_size;
  printf("%s links %u size %lld\n", kind(found->st_mode), (unsigned)found->st_nlink, size);
}

static void sayTimes(const char* path) {
  struct stat found;
  if (stat(path, &found) < 0) return say(-1);
  printf("%lld.%09ld %lld.%09ld\n", (long long)found.st_atim.tv_sec, found.st_atim.tv_nsec,
         (long long)found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
}

static int byName(const void* a, const void* b) {
  return strcmp(*(char* const*)a, *(char* const*)b);
}

static void list(const char* path) {
  DIR* dir = opendir(path);
  if (!dir) return say(-1);
  char* names[maxEntries];
  size_t count = 0;
  for (struct dirent* entry; (entry = readdir(dir)) && count < maxEntries;) {
    char line[300];
    const char* type = entry->d_type == DT_DIR ? "d" : entry->d_type == DT_LNK ? "l" : "f";
    snprintf(line, sizeof line, "%s%s", entry->d_name, type);
    names[count++] = strdup(line);
  }
  closedir(dir);
  qsort(names, count, sizeof *names, byName);
  for (size_t i = 0; i < count; i++) {
    printf("%s ", names[i]);
    free(names[i]);
  }
  puts("");
}

static void openSlot(void) {
  int* place = &open_[atoi(word[1]) % slots];
  if (*place >= 0) close(*place);
  *place = open(word[2], openFlags(word[3]), 0666);
  say(*place < 0 ? -1 : 0);
}

static void closeSlot(void) {
  int* place = &open_[atoi(word[1]) % slots];
  say(close(*place));
  *place = -1;
}

static void setTimes(void) {
  struct timespec times[2] = {{.tv_sec = atoll(word[2]), .tv_nsec = 1},
                              {.tv_sec = atoll(word[3]), .tv_nsec = 999999999}};
  say(utimensat(AT_FDCWD, word[1], times, 0));
}

static bool descriptorCall(const char* call) {
  struct stat found;
  if (strcmp(call, "open") == 0)
    openSlot();
  else if (strcmp(call, "close") == 0)
    closeSlot();
  else if (strcmp(call, "write") == 0)
    say(write(slot(), word[2], strlen(word[2])));
  else if (strcmp(call, "pwrite") == 0)
    say(pwrite(slot(), word[3], strlen(word[3]), atoll(word[2])));
  else if (strcmp(call, "read") == 0)
    sayData(read(slot(), buffer, (size_t)atoi(word[2])));
  else if (strcmp(call, "pread") == 0)
    sayData(pread(slot(), buffer, (size_t)atoi(word[3]), atoll(word[2])));
  else if (strcmp(call, "seek") == 0) {
    int whence = word[3][0] == 's' ? SEEK_SET : word[3][0] == 'c' ? SEEK_CUR : SEEK_END;
    say(lseek(slot(), atoll(word[2]), whence));
  } else if (strcmp(call, "ftruncate") == 0)
    say(ftruncate(slot(), atoll(word[2])));
  else if (strcmp(call, "fstat") == 0)
    sayStat(fstat(slot(), &found), &found);
  else if (strcmp(call, "setfl") == 0)
    say(fcntl(slot(), F_SETFL, openFlags(word[2]) & O_APPEND));
  else if (strcmp(call, "fsync") == 0)
    say(fsync(slot()));
  else
    return false;
  return true;
}

static bool pathCall(const char* call) {
  struct stat found;
  if (strcmp(call, "stat") == 0)
    sayStat(stat(word[1], &found), &found);
  else if (strcmp(call, "lstat") == 0)
    sayStat(lstat(word[1], &found), &found);
  else if (strcmp(call, "mkdir") == 0)
    say(mkdir(word[1], 0777));
  else if (strcmp(call, "rmdir") == 0)
    say(rmdir(word[1]));
  else if (strcmp(call, "unlink") == 0)
    say(unlink(word[1]));
  else if (strcmp(call, "rename") == 0)
    say(rename(word[1], word[2]));
  else if (strcmp(call, "link") == 0)
    say(link(word[1], word[2]));
  else if (strcmp(call, "symlink") == 0)
    say(symlink(word[1], word[2]));
  else if (strcmp(call, "readlink") == 0)
    sayData(readlink(word[1], buffer, (size_t)atoi(word[2])));
  else if (strcmp(call, "list") == 0)
    list(word[1]);
  else if (strcmp(call, "utimes") == 0)
    setTimes();
  else if (strcmp(call, "times") == 0)
    sayTimes(word[1]);
  else
    return false;
  return true;
}

int main(int argc, char** argv) {
  // Compiled for Linux it is told its folder; as a guest it has no other.
  if (argc > 1) check(chdir(argv[1]), "chdir");
  static char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    printf("%s -> ", line);
    for (int i = 0; i < maxWords; i++) word[i] = "";
    int count = 0;
    for (char* next = strtok(line, " "); next && count < maxWords; next = strtok(NULL, " ")) word[count++] = next;
    // "" stands for an empty path.
    for (int i = 0; i < maxWords; i++)
      if (strcmp(word[i], "\"\"") == 0) word[i] = "";
    if (!descriptorCall(word[0]) && !pathCall(word[0])) puts("no such call");
  }
  return 0;
}
