/* The format of a frozen image: written by the addon (freeze/), read by bin/wasmctr (native/launcher/restore.c). C and
 * C++. An image is metadata, then pages: struct FrozenHeader, FrozenFile[], FrozenRegion[],
 * FrozenDescriptor[], the files' paths, each ended by NUL. All offsets count from the image's start. */
#pragma once
#include <stdint.h>
#include <sys/stat.h>

/* "wasmctr" and the version of this format: whoever changes a struct changes the number. */
#define FROZEN_MAGIC 0x7761736d63747201ull

#define FROZEN_PAGE 4096ull
/* What the freezing process preloads: the addon (fence.h). Not by its path: ld.so(8) takes a list, and for a package in
 * "/tmp/a b" would load "/tmp/a". */
#define FROZEN_ADDON_FD 6
#define FROZEN_PRELOAD "/proc/self/fd/6"

/* Where the descriptors of a frozen process begin: the caller's own, which a run may be told to use, lie below. */
#define FROZEN_FIRST_FD 100

/* Ceilings for both sides: an image is refused that has more. */
/* Where the pages begin; the metadata fits before them. */
#define FROZEN_PAGES_AT (1u << 16)
#define FROZEN_MAX_FILES 64
#define FROZEN_MAX_REGIONS 4096
#define FROZEN_MAX_DESCRIPTORS 64

/* What must be the same at freezing and at restoring. The launcher fills it in both cases; bytes are compared. */
struct FrozenIdentity {
  /* uname(2): release and version. */
  char kernel[2][65];
  /* /proc/sys/kernel/random/boot_id. */
  char bootId[38];
  /* cpuid 1, 7.0 and xcr0 (x64): code for this processor is in the image. */
  uint32_t cpu[9];
  uint32_t uid;
  uint32_t gid;
  /* Over Node's arguments. */
  uint64_t flags;
};

struct FrozenFile {
  uint64_t device;
  uint64_t inode;
  uint64_t size;
  int64_t mtime[2];
  int64_t ctime[2];
  /* Of its path in the metadata. */
  uint32_t path;
  /* Whether pages of it are mapped, or it is only compared. */
  uint32_t mapped;
};

/* All but its path, and whether it is mapped. */
static inline struct FrozenFile frozenFacts(const struct stat* st) {
  struct FrozenFile file = {st->st_dev, st->st_ino, (uint64_t)st->st_size, {0, 0}, {0, 0}, 0, 0};
  file.mtime[0] = st->st_mtim.tv_sec;
  file.mtime[1] = st->st_mtim.tv_nsec;
  file.ctime[0] = st->st_ctim.tv_sec;
  file.ctime[1] = st->st_ctim.tv_nsec;
  return file;
}

/* FROZEN_COPY: read from the image into anonymous memory. */
enum FrozenSource { FROZEN_ANONYMOUS = 0, FROZEN_FILE = 1, FROZEN_IMAGE = 2, FROZEN_COPY = 3 };

struct FrozenRegion {
  uint64_t start;
  uint64_t bytes;
  uint64_t offset;
  uint32_t protection;
  uint16_t source;
  /* Index of the file. */
  uint16_t file;
};

enum FrozenKind { FROZEN_EVENTFD = 0, FROZEN_EPOLL = 1, FROZEN_PIPE = 2 };

struct FrozenDescriptor {
  uint32_t kind;
  int32_t number;
  /* Of a pipe: the writing end's number; `number` is the reading end. */
  int32_t writer;
  uint32_t statusFlags;
  uint32_t writerStatusFlags;
  /* Bytes that wait in the pipe. */
  uint32_t pending;
  uint8_t bytes[16];
};

/* struct prctl_mm_map without its auxiliary vector. */
struct FrozenMemory {
  uint64_t startCode, endCode, startData, endData, startBrk, brk, startStack, argStart, argEnd, envStart, envEnd;
};

struct FrozenSpan {
  uint64_t start, bytes;
};
#define FROZEN_KERNEL_SPANS 4

struct FrozenHeader {
  uint64_t magic;
  /* Of the metadata, with this field zero. */
  uint64_t hash;
  /* Of everything behind the metadata: checked once, when the image has been written. */
  uint64_t pagesHash;
  uint64_t imageBytes;
  uint32_t metaBytes;
  uint32_t files, regions, descriptors;
  uint32_t filesAt, regionsAt, descriptorsAt;
  /* CLOCK_BOOTTIME and CLOCK_MONOTONIC, when it was written. */
  int64_t bootTimeNs;
  int64_t monotonicNs;
  struct FrozenIdentity identity;
  struct FrozenMemory memory;
  uint64_t threadPointer;
  /* Where the vDSO's code was, and all of the kernel's mappings around it, in order of address. */
  uint64_t vdso;
  struct FrozenSpan kernelPages[FROZEN_KERNEL_SPANS];
  /* Where the restorer leaves a FrozenStart, and where it jumps to then. */
  uint64_t start;
  uint64_t resume;
};

/* What a restored process is: a supervisor that has its container still to fork, one whose container runs already, or
 * that container. */
enum FrozenRole { FROZEN_SUPERVISOR = 0, FROZEN_LATE_SUPERVISOR = 1, FROZEN_CONTAINER = 2 };

/* What a restored process is told: all that differs from start to start. */
struct FrozenStart {
  /* CLOCK_MONOTONIC at the launcher's first instruction. */
  int64_t startedNs;
  int32_t argumentsFd;
  int32_t openStdio;
  /* The launcher's own memory, which the restored process unmaps. */
  uint64_t launcher;
  uint64_t launcherBytes;
  /* What the caller wants to run, as far as its first bytes say. */
  char kind[16];
  /* "network" or "offline". */
  char network[16];
  /* enum FrozenRole. The rest is for the last two. */
  int32_t role;
  /* This process's end of the control channel. */
  int32_t controlFd;
  /* Of the container. */
  int32_t pid;
  int32_t pidfd;
  int32_t byRoot;
  /* For the first: a memfd with what a record of this start begins with, -1 where none is wanted. */
  int32_t situationFd;
  /* Which argument the launcher took for the program. */
  int32_t programArgument;
  /* It has been run often: its machine code is to be kept. */
  int32_t keepsCode;
  /* Signals of the caller's that wait until a supervisor hears them. */
  uint64_t blockedSignals;
};

/* 64 bits over words of eight bytes (the tail is padded with zeros): against damage, not against forgery. Whoever can
 * write the image already runs as its user. */
static inline uint64_t frozenHash(uint64_t hash, const void* data, uint64_t bytes) {
  const unsigned char* at = (const unsigned char*)data;
  for (; bytes > 0; at += 8) {
    uint64_t word = 0;
    uint64_t take = bytes < 8 ? bytes : 8;
    __builtin_memcpy(&word, at, take);
    bytes -= take;
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
    hash ^= hash >> 29;
  }
  return hash;
}

/* What changes whenever anybody changes a file, be it by one bit: nobody can set a ctime back. */
static inline uint64_t frozenSeal(const struct FrozenFile* file) {
  const uint64_t facts[] = {file->device,
                            file->inode,
                            file->size,
                            (uint64_t)file->mtime[0],
                            (uint64_t)file->mtime[1],
                            (uint64_t)file->ctime[0],
                            (uint64_t)file->ctime[1]};
  return frozenHash(FROZEN_MAGIC, facts, sizeof facts);
}
