#include <fcntl.h>
#include <linux/auxvec.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher.h"

/* Low and of a fixed size: the image's own addresses are all higher. */
static unsigned char metadata[FROZEN_PAGES_AT] __attribute__((aligned(4096)));

/* An image is used for a day, and about so many times: all its starts share one layout of memory. */
#define MAX_AGE_NS (24 * 3600 * 1000000000ll)
#define STARTS 4096

void imageName(char* into, const struct Node* node, int isSmall) {
  char hash[24];
  hexadecimal(hash, frozenHash(0, node->root, stringLength(node->root)));
  join(into, 64, (const char* const[]){isSmall ? "small-" : "big-", hash, NULL});
}

int isSameFile(const struct FrozenFile* file, const struct stat* st) {
  struct FrozenFile now = frozenFacts(st);
  return memcmp(file, &now, offsetof(struct FrozenFile, path)) == 0;
}

/* The link says which file is the image, and its seal: "small-5f3a….2b@91c0…". */
static const char* openSealed(int folder, const char* name, struct Image* image) {
  char link[256], seal[24];
  long n = SYS(readlinkat, folder, name, link, sizeof link - 1);
  if (n < 0) return "no image yet";
  link[n] = '\0';
  char* at = link;
  while (*at != '\0' && *at != '@') at++;
  if (*at == '\0') return "no seal";
  *at = '\0';
  long opened = SYS(openat, folder, link, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (opened < 0) return "no image yet";
  image->fd = (int)opened;
  struct stat st;
  if (SYS(fstat, opened, &st) != 0 || !S_ISREG(st.st_mode)) return "the image is not a file";
  if (st.st_uid != SYS(geteuid) || (st.st_mode & 07777) != 0600 || st.st_nlink != 1) return "the image is not private";
  struct FrozenFile facts = frozenFacts(&st);
  image->seal = frozenSeal(&facts);
  hexadecimal(seal, image->seal);
  return stringsEqual(seal, at + 1) ? NULL : "the image was changed";
}

static int fits(uint32_t at, uint32_t count, uint32_t most, size_t size, uint32_t bytes) {
  return count <= most && at <= bytes && at % 8 == 0 && count * size <= bytes - at;
}

/* As much as most images have. */
#define FIRST_BYTES (4 * FROZEN_PAGE)

static const char* readMetadata(int fd) {
  struct FrozenHeader* header = (struct FrozenHeader*)metadata;
  /* One call instead of a fault a page; without it there are faults. */
  SYS(madvise, metadata, FIRST_BYTES, 23 /* MADV_POPULATE_WRITE */);
  long n = SYS(pread64, fd, metadata, FIRST_BYTES, 0);
  if (n < (long)sizeof *header || header->magic != FROZEN_MAGIC) return "the image has another format";
  uint32_t bytes = header->metaBytes;
  if (bytes < sizeof *header || bytes > sizeof metadata) return "the image is damaged";
  if (bytes > (uint64_t)n) n = SYS(pread64, fd, metadata, bytes, 0);
  /* Read twice, it may say something else. */
  if (n < (long)bytes || bytes != header->metaBytes) return "the image is damaged";
  uint64_t hash = header->hash;
  header->hash = 0;
  if (frozenHash(0, metadata, bytes) != hash) return "the image is damaged";
  int complete =
      fits(header->filesAt, header->files, FROZEN_MAX_FILES, sizeof(struct FrozenFile), bytes) &&
      fits(header->regionsAt, header->regions, FROZEN_MAX_REGIONS, sizeof(struct FrozenRegion), bytes) &&
      fits(header->descriptorsAt, header->descriptors, FROZEN_MAX_DESCRIPTORS, sizeof(struct FrozenDescriptor), bytes);
  return complete ? NULL : "the image is damaged";
}

static const char* compareIdentity(const struct FrozenIdentity* was, const struct FrozenIdentity* is) {
  if (memcmp(was->bootId, is->bootId, sizeof was->bootId) != 0) return "the machine was started anew";
  if (memcmp(was->kernel, is->kernel, sizeof was->kernel) != 0) return "another kernel";
  if (memcmp(was->cpu, is->cpu, sizeof was->cpu) != 0) return "another processor";
  if (was->uid != is->uid || was->gid != is->gid) return "another user";
  return was->flags == is->flags ? NULL : "other flags of Node";
}

/* Opened before they are compared: what is mapped is what was looked at. */
static const char* openFiles(struct Image* image) {
  const struct FrozenFile* files = (const struct FrozenFile*)(metadata + image->header->filesAt);
  for (uint32_t i = 0; i < image->header->files; i++) {
    const char* path = (const char*)metadata + files[i].path;
    struct stat st;
    long error;
    if (files[i].mapped) {
      image->files[i] = (int)(error = SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
      if (error >= 0) error = SYS(fstat, image->files[i], &st);
    } else {
      error = SYS(newfstatat, AT_FDCWD, path, &st, 0);
    }
    if (error < 0 || !isSameFile(&files[i], &st)) return "Node, the package or a library was changed";
  }
  return NULL;
}

static int64_t nowNs(int clock) {
  struct timespec t = {0, 0};
  SYS(clock_gettime, clock, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static const char* checkAge(struct Image* image, const struct Caller* caller) {
  const uint16_t* random = (const uint16_t*)auxiliary(caller, AT_RANDOM);
  int64_t age = nowNs(CLOCK_BOOTTIME) - image->header->bootTimeNs;
  /* A time namespace has clocks of its own; Node's timers must not see one run backwards. */
  if (age < 0 || nowNs(CLOCK_MONOTONIC) < image->header->monotonicNs) return "the image is from the future";
  image->isOld = age > MAX_AGE_NS || (random != NULL && *random % STARTS == 0);
  return NULL;
}

const char* openImage(struct Image* image, const char* name, const struct FrozenIdentity* identity,
                      const struct Caller* caller, int folder) {
  image->fd = -1;
  for (int i = 0; i < FROZEN_MAX_FILES; i++) image->files[i] = -1;
  const char* reason = openSealed(folder, name, image);
  if (reason == NULL) reason = readMetadata(image->fd);
  if (reason != NULL) return reason;
  image->header = (const struct FrozenHeader*)metadata;
  reason = compareIdentity(&image->header->identity, identity);
  if (reason == NULL) reason = openFiles(image);
  return reason != NULL ? reason : checkAge(image, caller);
}
