#include "pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "files.h"

namespace freeze {
namespace {

/** Gaps up to this many pages are stored too: each run is a mapping more at every start. */
constexpr uint64_t kMaxGap = 64;
/** And holes between mappings, up to this many: nothing of ours asks for what lies in them. */
constexpr uint64_t kMaxHole = 256;
/** Less of a file is stored too: its parts become one mapping with others, in the image's large folios. */
constexpr uint64_t kSmallFile = 1024;
/** As much as ulimit -s gives by default; V8 takes less than one. */
constexpr uint64_t kStackBytes = 8 << 20;
/** Between the stack and what lies below it. */
constexpr uint64_t kStackGap = 1 << 20;

constexpr uint64_t kPresent = 1ULL << 63;
constexpr uint64_t kSwapped = 1ULL << 62;
/** Page of a file, or shared anonymous memory. */
constexpr uint64_t kFilePage = 1ULL << 61;

class Writer {
 public:
  Writer(Scratch& scratch, const Descriptors& fds, const TextCopy& text) : s_(scratch), fds_(fds), text_(text) {}

  sys::Failure mapping(const Mapping& m) {
    uint16_t file = 0;
    if (m.shared) return {"memory is shared", EINVAL};
    if (m.inode != 0) {
      const bool isSmall = (m.end - m.start) / FROZEN_PAGE < kSmallFile;
      if (auto f = addFile(s_, m.name, !isSmall, file); f.failed()) return f;
      if (isSmall) return flush(m, file, m.start, m.start, m.end);
      // The original is compared all the same: the copy is of it.
      const bool isText = m.protection == (PROT_READ | PROT_EXEC) && strcmp(m.name, text_.of) == 0;
      if (isText) {
        if (auto f = addFile(s_, text_.copy, true, file); f.failed()) return f;
      }
    }
    // What is behind a run waits for the next run, to be joined to it over a small gap.
    uint64_t done = m.start, runStart = 0, runEnd = 0;
    for (uint64_t at = m.start; at < m.end;) {
      size_t count = 0;
      if (auto f = readPagemap(at, m.end, count); f.failed()) return f;
      for (size_t i = 0; i < count; i++, at += FROZEN_PAGE) {
        if (!isOwn(s_.pagemap[i], m.inode != 0)) continue;
        if (runEnd != 0 && at - runEnd > kMaxGap * FROZEN_PAGE) {
          if (auto f = flush(m, file, done, runStart, runEnd); f.failed()) return f;
          done = runEnd;
          runEnd = 0;
        }
        if (runEnd == 0) runStart = at - m.start > kMaxGap * FROZEN_PAGE ? at : m.start;
        runEnd = at + FROZEN_PAGE;
      }
    }
    if (runEnd != 0) {
      if (m.end - runEnd <= kMaxGap * FROZEN_PAGE) runEnd = m.end;
      if (auto f = flush(m, file, done, runStart, runEnd); f.failed()) return f;
      done = runEnd;
    }
    return clean(m, file, done, m.end);
  }

  sys::Failure stack(const Mapping& m, uint64_t stackPointer, uint64_t below) {
    constexpr uint64_t kRedZone = 128;
    const uint64_t from = (stackPointer - kRedZone) & ~(FROZEN_PAGE - 1);
    uint64_t bottom = m.end - kStackBytes;
    if (bottom < below + kStackGap) bottom = below + kStackGap;
    if (bottom > m.start) bottom = m.start;
    if (auto f = clean({bottom, m.end, 0, 0, m.protection, false, ""}, 0, bottom, from); f.failed()) return f;
    // The kernel shows /proc/PID/cmdline from anonymous memory only.
    if (auto f = add({from, m.end - from, at_, m.protection, FROZEN_COPY, 0}); f.failed()) return f;
    return copy(from, m.end);
  }

  /** What comes next is no neighbour of what came: there is something between them that isn't written. */
  void part() { isParted_ = true; }

  /** Writes what waits. */
  sys::Failure finish() {
    hash_ = frozenHash(hash_, s_.pages, waiting_);
    const size_t bytes = waiting_;
    waiting_ = 0;
    return writeAt(fds_.image, s_.pages, bytes, at_ - bytes);
  }

  uint64_t end() const { return at_; }
  uint64_t hash() const { return hash_; }

 private:
  static bool isOwn(uint64_t entry, bool ofFile) {
    if (entry & kSwapped) return true;
    return (entry & kPresent) && !(ofFile && (entry & kFilePage));
  }

  sys::Failure readPagemap(uint64_t at, uint64_t end, size_t& count) {
    count = std::min<size_t>((end - at) / FROZEN_PAGE, sizeof s_.pagemap / sizeof s_.pagemap[0]);
    const size_t bytes = count * sizeof s_.pagemap[0];
    const auto offset = static_cast<off_t>(at / FROZEN_PAGE * sizeof s_.pagemap[0]);
    if (pread(fds_.pagemap, s_.pagemap, bytes, offset) != static_cast<ssize_t>(bytes))
      return sys::failure("read pagemap");
    return {};
  }

  /** One mapping where two lie side by side, in memory and in the image. */
  static bool continues(const FrozenRegion& last, const FrozenRegion& region) {
    if (last.source != region.source || last.protection != region.protection) return false;
    if (last.source == FROZEN_FILE || last.source == FROZEN_COPY || last.start + last.bytes != region.start)
      return false;
    return last.source == FROZEN_ANONYMOUS || last.offset + last.bytes == region.offset;
  }

  sys::Failure add(const FrozenRegion& region) {
    const uint32_t count = s_.header.regions;
    if (count > 0 && continues(s_.regions[count - 1], region)) {
      s_.regions[count - 1].bytes += region.bytes;
      return {};
    }
    if (s_.header.regions == FROZEN_MAX_REGIONS) return {"list memory", E2BIG};
    s_.regions[s_.header.regions++] = region;
    return {};
  }

  /** Memory without pages of its own: of the file as it is, or nothing yet. */
  sys::Failure clean(const Mapping& m, uint16_t file, uint64_t from, uint64_t to) {
    if (from == to) return {};
    const uint16_t source = m.inode != 0 ? FROZEN_FILE : FROZEN_ANONYMOUS;
    return add({from, to - from, m.inode != 0 ? m.offset + (from - m.start) : 0, m.protection, source, file});
  }

  sys::Failure flush(const Mapping& m, uint16_t file, uint64_t done, uint64_t from, uint64_t to) {
    if (auto f = clean(m, file, done, from); f.failed()) return f;
    if (auto f = fillHole(from, m.protection); f.failed()) return f;
    if (auto f = add({from, to - from, at_, m.protection, FROZEN_IMAGE, 0}); f.failed()) return f;
    return copy(from, to);
  }

  /** Up to `from`, where it then continues the last region. */
  sys::Failure fillHole(uint64_t from, uint32_t protection) {
    const bool isBeside = !std::exchange(isParted_, false) && s_.header.regions > 0;
    if (!isBeside) return {};
    const FrozenRegion& last = s_.regions[s_.header.regions - 1];
    const uint64_t end = last.start + last.bytes;
    if (end >= from || from - end > kMaxHole * FROZEN_PAGE) return {};
    const FrozenRegion hole{end, from - end, at_, protection, FROZEN_IMAGE, 0};
    if (!continues(last, hole)) return {};
    if (auto f = add(hole); f.failed()) return f;
    return append(hole.bytes, [](uint8_t* into, uint64_t, size_t bytes) {
      memset(into, 0, bytes);
      return true;
    });
  }

  sys::Failure copy(uint64_t from, uint64_t to) {
    // By the file: pages without permission to read can be read so too.
    return append(to - from, [&](uint8_t* into, uint64_t done, size_t bytes) {
      return pread(fds_.memory, into, bytes, static_cast<off_t>(from + done)) == static_cast<ssize_t>(bytes);
    });
  }

  /** In pieces that end where a largest folio of the page cache does: one that begins elsewhere is a smaller one. */
  template <typename Fill>
  sys::Failure append(uint64_t bytes, Fill fill) {
    for (uint64_t done = 0; done < bytes;) {
      const size_t take = std::min<uint64_t>(bytes - done, sizeof s_.pages - at_ % sizeof s_.pages);
      if (!fill(s_.pages + waiting_, done, take)) return sys::failure("read own memory");
      waiting_ += take;
      at_ += take;
      done += take;
      if (at_ % sizeof s_.pages > 0) continue;
      if (auto f = finish(); f.failed()) return f;
    }
    return {};
  }

  Scratch& s_;
  const Descriptors& fds_;
  const TextCopy& text_;
  uint64_t at_ = FROZEN_PAGES_AT;
  uint64_t hash_ = 0;
  bool isParted_ = false;
  /** Bytes read, and not written yet. */
  size_t waiting_ = 0;
};

/** The kernel's own, which the new process has too. */
bool isKernels(const Mapping& m) {
  return strncmp(m.name, "[vvar", 5) == 0 || strcmp(m.name, "[vdso]") == 0 || strcmp(m.name, "[vsyscall]") == 0;
}

}  // namespace

sys::Failure writeAt(int fd, const uint8_t* from, size_t bytes, uint64_t offset) {
  for (size_t done = 0; done < bytes;) {
    const auto call = [&] { return pwrite(fd, from + done, bytes - done, static_cast<off_t>(offset + done)); };
    const ssize_t n = sys::retry(call);
    if (n < 0) return sys::failure("write the image");
    done += static_cast<size_t>(n);
  }
  return {};
}

sys::Failure writePages(Scratch& scratch, const Descriptors& fds, uint64_t stackPointer, const TextCopy& text) {
  Writer writer(scratch, fds, text);
  uint64_t below = 0;
  for (size_t i = 0; i < scratch.mappingCount; i++) {
    const Mapping& m = scratch.mappings[i];
    const bool isScratch =
        m.start <= reinterpret_cast<uint64_t>(&scratch) && reinterpret_cast<uint64_t>(&scratch) < m.end;
    const bool isStack = m.start <= stackPointer && stackPointer < m.end;
    if (!isKernels(m) && !isScratch) {
      auto f = isStack ? writer.stack(m, stackPointer, below) : writer.mapping(m);
      if (f.failed()) return f;
    } else {
      writer.part();
    }
    below = m.end;
  }
  if (auto f = writer.finish(); f.failed()) return f;
  scratch.header.imageBytes = writer.end();
  scratch.header.pagesHash = writer.hash();
  return {};
}

}  // namespace freeze
