#include "metadata.h"

#include <fcntl.h>
#include <time.h>

#include <cstdlib>
#include <cstring>

#include "context.h"
#include "maps.h"
#include "pages.h"
#include "thread.h"

namespace freeze {
namespace {

int64_t now(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/** Fields of proc(5), /proc/PID/stat, by their number there. */
sys::Failure readStat(uint64_t (&fields)[52]) {
  char text[2048];
  sys::OwnFd fd(open("/proc/self/stat", O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return sys::failure("open /proc/self/stat");
  const ssize_t n = read(fd.get(), text, sizeof text - 1);
  if (n < 0) return sys::failure("read /proc/self/stat");
  text[n] = '\0';
  // The command's name may hold anything; what follows its last parenthesis starts with field 3, a letter.
  char* at = strrchr(text, ')');
  if (at == nullptr) return {"read /proc/self/stat", EINVAL};
  at += 3;
  for (int field = 4; field < 52; field++) fields[field] = strtoull(at, &at, 10);
  return {};
}

sys::Failure readMemory(FrozenMemory& memory) {
  uint64_t fields[52] = {};
  if (auto f = readStat(fields); f.failed()) return f;
  const auto brk = static_cast<uint64_t>(syscall(SYS_brk, 0));
  // The environment was cleared; of the arguments there are only our own.
  memory = {fields[26], fields[27], fields[45], fields[46], fields[47], brk,
            fields[28], fields[48], fields[49], fields[50], fields[50]};
  return {};
}

/** The vDSO, and [vvar] and [vvar_vclock] before it. */
sys::Failure findKernelPages(Scratch& scratch) {
  FrozenHeader& header = scratch.header;
  size_t spans = 0;
  for (size_t i = 0; i < scratch.mappingCount; i++) {
    const Mapping& m = scratch.mappings[i];
    const bool isCode = strcmp(m.name, "[vdso]") == 0;
    if (!isCode && strncmp(m.name, "[vvar", 5) != 0) continue;
    if (spans == FROZEN_KERNEL_SPANS) return {"find the vDSO", E2BIG};
    header.kernelPages[spans++] = {m.start, m.end - m.start};
    if (isCode) header.vdso = m.start;
  }
  return header.vdso == 0 ? sys::Failure{"find the vDSO", ENOENT} : sys::Failure{};
}

class Meta {
 public:
  explicit Meta(uint8_t* bytes) : bytes_(bytes) {}
  /** The offset, or 0 when it doesn't fit. */
  uint32_t add(const void* from, size_t size) {
    if (size > FROZEN_PAGES_AT - at_) return 0;
    const uint32_t start = at_;
    memcpy(bytes_ + at_, from, size);
    at_ += static_cast<uint32_t>((size + 7) & ~size_t{7});
    return start;
  }
  uint32_t size() const { return at_; }

 private:
  uint8_t* bytes_;
  uint32_t at_ = sizeof(FrozenHeader);
};

}  // namespace

sys::Failure fillHeader(Scratch& scratch, int identityFd) {
  FrozenHeader& header = scratch.header;
  header.magic = FROZEN_MAGIC;
  if (pread(identityFd, &header.identity, sizeof header.identity, 0) != sizeof header.identity)
    return {"read the identity", EINVAL};
  header.bootTimeNs = now(CLOCK_BOOTTIME);
  header.monotonicNs = now(CLOCK_MONOTONIC);
  header.threadPointer = threadPointer();
  header.start = reinterpret_cast<uint64_t>(&frozenStart);
  header.resume = reinterpret_cast<uint64_t>(&frozenResume);
  if (auto f = readMemory(header.memory); f.failed()) return f;
  return findKernelPages(scratch);
}

sys::Failure writeMetadata(Scratch& scratch, int imageFd) {
  FrozenHeader& header = scratch.header;
  Meta meta(scratch.meta);
  header.filesAt = meta.add(scratch.files, header.files * sizeof(FrozenFile));
  header.regionsAt = meta.add(scratch.regions, header.regions * sizeof(FrozenRegion));
  header.descriptorsAt = meta.add(scratch.descriptors, header.descriptors * sizeof(FrozenDescriptor));
  const uint32_t pathsAt = meta.add(scratch.paths, scratch.pathBytes);
  if (pathsAt == 0 || header.descriptorsAt == 0 || header.regionsAt == 0) return {"write metadata", E2BIG};
  auto* files = reinterpret_cast<FrozenFile*>(scratch.meta + header.filesAt);
  for (uint32_t i = 0; i < header.files; i++) files[i].path += pathsAt;
  header.metaBytes = meta.size();
  header.hash = 0;
  memcpy(scratch.meta, &header, sizeof header);
  header.hash = frozenHash(0, scratch.meta, header.metaBytes);
  memcpy(scratch.meta, &header, sizeof header);
  return writeAt(imageFd, scratch.meta, header.metaBytes, 0);
}

}  // namespace freeze
