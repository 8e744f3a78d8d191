#include "training.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

#include "../repair.h"
#include "maps.h"
#include "single.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace freeze {
namespace {

struct Range {
  uint64_t start;
  uint64_t pages;
};
constexpr size_t kMaxRanges = 1024;

struct Touched {
  size_t count;
  Range ranges[kMaxRanges];
};
/** In the image too: what a restored process asks for. */
Touched touched[2];

int reportFd = -1;
Scratch* scratch = nullptr;

constexpr uint64_t kPresent = 1ULL << 63;
constexpr uint64_t kFilePage = 1ULL << 61;
/** Mapped by this process alone: of anonymous pages after a fork, those that were written since. */
constexpr uint64_t kExclusive = 1ULL << 56;

/** Pages that are only read come sixteen at a fault, cheaply enough: to ask for them all was measured to cost more. */
bool isWritten(uint64_t entry) {
  return (entry & kPresent) && !(entry & kFilePage) && (entry & kExclusive);
}

void add(Touched& into, uint64_t at) {
  Range* last = into.count > 0 ? &into.ranges[into.count - 1] : nullptr;
  if (last != nullptr && last->start + last->pages * FROZEN_PAGE == at)
    last->pages++;
  else if (into.count < kMaxRanges)
    into.ranges[into.count++] = {at, 1};
}

/** The kernel's own pages, and the stack, of which only the part in use is frozen. */
bool isElsewhere(const Mapping& m) {
  return strncmp(m.name, "[v", 2) == 0 || strncmp(m.name, "[stack", 6) == 0;
}

void findTouched(Touched& into) {
  sys::OwnFd pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (readMappings(*scratch).failed()) return;
  for (size_t i = 0; i < scratch->mappingCount; i++) {
    const Mapping& m = scratch->mappings[i];
    const auto own = reinterpret_cast<uint64_t>(scratch);
    if (m.shared || isElsewhere(m) || m.protection == 0 || (m.start <= own && own < m.end)) continue;
    for (uint64_t at = m.start; at < m.end;) {
      constexpr size_t kEntries = sizeof scratch->pagemap / sizeof scratch->pagemap[0];
      const size_t count = std::min<size_t>((m.end - at) / FROZEN_PAGE, kEntries);
      const auto offset = static_cast<off_t>(at / FROZEN_PAGE * sizeof scratch->pagemap[0]);
      if (pread(pagemap.get(), scratch->pagemap, count * sizeof scratch->pagemap[0], offset) <= 0) break;
      for (size_t p = 0; p < count; p++, at += FROZEN_PAGE)
        if (isWritten(scratch->pagemap[p])) add(into, at);
    }
  }
}

bool readAll(int fd, void* into, size_t bytes) {
  for (size_t done = 0; done < bytes;) {
    const ssize_t n = sys::retry([&] { return read(fd, static_cast<char*>(into) + done, bytes - done); });
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

sys::Failure forkTrainee(Who who, uv_loop_s* loop, bool& isTrainee) {
  std::vector<int> wakeUps;
  if (auto f = repair::findEventFds(wakeUps); f.failed()) return f;
  if (auto f = repair::inheritMappings(); f.failed()) return f;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return sys::failure("pipe2");
  const int pid = fork();
  if (pid == 0) {
    isTrainee = true;
    reportFd = ends[1];
    scratch = makeScratch();
    if (scratch == nullptr) _exit(1);
    return becomeSingle(loop, std::move(wakeUps), {reportFd});
  }
  close(ends[1]);
  isTrainee = false;
  Touched found{};
  // One that failed tells less: the pages are a hint.
  if (pid > 0 && readAll(ends[0], &found, sizeof found)) touched[who] = found;
  close(ends[0]);
  if (pid > 0) sys::retry([&] { return waitpid(pid, nullptr, 0); });
  return {};
}

void endTraining() {
  static Touched found;
  findTouched(found);
  for (size_t done = 0; done < sizeof found;) {
    const ssize_t n =
        sys::retry([&] { return write(reportFd, reinterpret_cast<char*>(&found) + done, sizeof found - done); });
    if (n <= 0) _exit(1);
    done += static_cast<size_t>(n);
  }
  _exit(0);
}

void populate(Who who) {
  const Touched& pages = touched[who];
  for (size_t i = 0; i < pages.count; i++) {
    const Range& range = pages.ranges[i];
    madvise(reinterpret_cast<void*>(range.start), range.pages * FROZEN_PAGE, MADV_POPULATE_WRITE);
  }
}

}  // namespace freeze
