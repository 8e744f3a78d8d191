/* Becomes the frozen process: nothing here is irreversible before the last jump, because exec undoes all of it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/auxvec.h>
#include <linux/prctl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#if defined(__x86_64__)
#include <asm/prctl.h>
#endif

#include "launcher.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* From the linker: our own first and last byte. */
extern const char __executable_start[], _end[];

#define HUGE (2u << 20)

static const void* table(const struct Image* image, uint32_t at) {
  return (const char*)image->header + at;
}

/* The kernel's stack with the caller's arguments and environment. A container is a fork of this process: it must not
 * inherit them. */
static long dropKernelStack(const struct Caller* caller) {
  const char* last = (const char*)auxiliary(caller, AT_EXECFN);
  if (last == NULL) return -EINVAL;
  /* The file's name is the topmost string (execve in fs/exec.c), a word of zeros ends the stack. */
  uint64_t top = ((uint64_t)last + stringLength(last) + 1 + 8 + FROZEN_PAGE - 1) & ~(FROZEN_PAGE - 1);
  /* The kernel makes a stack 128 KiB larger than it is full, and nothing lies near below it. */
  uint64_t bottom = (caller->kernelStack & ~(FROZEN_PAGE - 1)) - 512 * 1024;
  return SYS(munmap, bottom, top - bottom);
}

static long move(uint64_t from, uint64_t to, uint64_t bytes) {
  return SYS(mremap, from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
}

/* By way of a place of ours: the two could overlap. */
static long moveKernelPages(const struct FrozenHeader* header, uint64_t vdso) {
  const uint64_t aside = 0x200000;
  const uint64_t base = header->kernelPages[0].start;
  if (vdso == header->vdso) return 0;
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < FROZEN_KERNEL_SPANS && header->kernelPages[i].bytes > 0; i++) {
      const struct FrozenSpan* span = &header->kernelPages[i];
      uint64_t stand = aside + (span->start - base);
      uint64_t here = vdso - header->vdso + span->start;
      long result = pass == 0 ? move(here, stand, span->bytes) : move(stand, span->start, span->bytes);
      if (result < 0 && result > -4096) return result;
    }
  }
  return 0;
}

static long mapRegions(const struct Image* image) {
  const struct FrozenRegion* region = table(image, image->header->regionsAt);
  for (uint32_t i = 0; i < image->header->regions; i++, region++) {
    int flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE | MAP_NORESERVE;
    int fd = -1;
    if (region->source == FROZEN_ANONYMOUS) flags |= MAP_ANONYMOUS;
    if (region->source == FROZEN_COPY) flags |= MAP_ANONYMOUS | MAP_POPULATE;
    if (region->source == FROZEN_IMAGE) fd = image->fd;
    if (region->source == FROZEN_FILE) fd = image->files[region->file % FROZEN_MAX_FILES];
    long at = SYS(mmap, region->start, region->bytes, region->protection, flags, fd, region->offset);
    if (at != (long)region->start) return at < 0 ? at : -EEXIST;
    if (region->source == FROZEN_COPY &&
        SYS(pread64, image->fd, region->start, region->bytes, region->offset) != (long)region->bytes)
      return -EIO;
    if (region->source != FROZEN_ANONYMOUS && region->bytes >= HUGE)
      SYS(madvise, region->start, region->bytes, MADV_HUGEPAGE);
  }
  return 0;
}

static long setMemoryBounds(const struct FrozenMemory* memory) {
  struct prctl_mm_map map = {.exe_fd = (uint32_t)-1};
  memcpy(&map, memory, sizeof *memory);
  return SYS(prctl, PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
}

/* Under its number, which must be free: a descriptor of the caller's is never replaced. */
static long place(long fd, int number, uint32_t statusFlags) {
  if (fd < 0) return fd;
  long moved = SYS(fcntl, fd, F_DUPFD_CLOEXEC, number);
  SYS(close, fd);
  if (moved < 0) return moved;
  if (moved != number) return -EEXIST;
  return SYS(fcntl, number, F_SETFL, statusFlags);
}

static long makePipe(const struct FrozenDescriptor* d) {
  int ends[2];
  long error = SYS(pipe2, ends, O_CLOEXEC);
  if (error < 0) return error;
  if ((error = place(ends[0], d->number, d->statusFlags)) < 0) return error;
  if ((error = place(ends[1], d->writer, d->writerStatusFlags)) < 0) return error;
  return d->pending == 0 ? 0 : SYS(write, d->writer, d->bytes, d->pending % (sizeof d->bytes + 1));
}

static long makeDescriptors(const struct Image* image) {
  const struct FrozenDescriptor* d = table(image, image->header->descriptorsAt);
  long error = 0;
  for (uint32_t i = 0; i < image->header->descriptors && error >= 0; i++, d++) {
    if (d->kind == FROZEN_EVENTFD) error = place(SYS(eventfd2, 0, EFD_CLOEXEC), d->number, d->statusFlags);
    if (d->kind == FROZEN_EPOLL) error = place(SYS(epoll_create1, EPOLL_CLOEXEC), d->number, d->statusFlags);
    if (d->kind == FROZEN_PIPE) error = makePipe(d);
  }
  return error;
}

/* As Node does: a guest's files must not take the numbers of its stdin, stdout and stderr. */
static long openMissingStdio(int openStdio) {
  for (int fd = 0; fd < 3; fd++)
    if (!(openStdio & (1 << fd)) && SYS(openat, AT_FDCWD, "/dev/null", O_RDWR) != fd) return -EBADF;
  return 0;
}

static _Noreturn void jump(const struct FrozenHeader* header, uint64_t resume) {
#if defined(__x86_64__)
  SYS(arch_prctl, ARCH_SET_FS, header->threadPointer);
  __asm__ volatile("jmp *%0" : : "r"(resume));
#else
  __asm__ volatile("msr tpidr_el0, %0; br %1" : : "r"(header->threadPointer), "r"(resume));
#endif
  __builtin_unreachable();
}

static const char* descriptorReason(long error) {
  if (error == -EEXIST) return "a descriptor's number is taken";
  /* EINVAL: F_DUPFD from a number past the limit. */
  if (error == -EMFILE || error == -EINVAL) return "ulimit -n is too low";
  return "descriptors can't be made";
}

static const char* build(const struct Image* image, const struct Caller* caller, int openStdio) {
  const struct FrozenHeader* header = image->header;
  const uint64_t vdso = auxiliary(caller, AT_SYSINFO_EHDR);
  if (vdso == 0) return "no vDSO";
  if (dropKernelStack(caller) < 0) return "the stack can't be unmapped";
  if (moveKernelPages(header, vdso) < 0) return "the vDSO can't be moved";
  if (mapRegions(image) < 0) return "memory can't be mapped";
  if (setMemoryBounds(&header->memory) < 0) return "prctl PR_SET_MM_MAP";
  for (uint32_t i = 0; i < header->files; i++)
    if (image->files[i] >= 0) SYS(close, image->files[i]);
  SYS(close, image->fd);
  if (openMissingStdio(openStdio) < 0) return "/dev/null can't be opened";
  const long error = makeDescriptors(image);
  return error < 0 ? descriptorReason(error) : NULL;
}

const char* restore(const struct Image* image, const struct Caller* caller, const struct FrozenStart* told) {
  /* The frozen process sets its own mask, once its handlers are there. */
  const uint64_t all = ~0ull;
  uint64_t before = 0;
  SYS(rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof before);
  const char* reason = build(image, caller, told->openStdio);
  if (reason != NULL) {
    SYS(rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    return reason;
  }
  const struct FrozenHeader* header = image->header;
  struct FrozenStart* start = (struct FrozenStart*)header->start;
  *start = *told;
  start->startedNs = caller->startedNs;
  start->launcher = (uint64_t)__executable_start & ~(FROZEN_PAGE - 1);
  start->launcherBytes = ((uint64_t)_end + FROZEN_PAGE - 1 - start->launcher) & ~(FROZEN_PAGE - 1);
  jump(header, header->resume);
}
