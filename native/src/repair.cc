#include "repair.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/auxv.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iterator>

namespace repair {
namespace {

/** Reads a whole /proc file into `buffer`; false when it is larger. */
ssize_t readProc(const char* path, char* buffer, size_t size) {
  sys::OwnFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return -1;
  size_t done = 0;
  while (done < size) {
    ssize_t n = sys::retry([&] { return read(fd.get(), buffer + done, size - done); });
    if (n < 0) return -1;
    if (n == 0) return static_cast<ssize_t>(done);
    done += static_cast<size_t>(n);
  }
  errno = E2BIG;
  return -1;
}

struct Mapping {
  uintptr_t start;
  uintptr_t end;
  /** Like "rw-p". */
  const char* permissions;
};

template <typename Visit>
sys::Failure eachMapping(Visit visit) {
  // About 90 bytes a line: room for 5 000 mappings. Not the heap: its growth would change what is being read.
  static char maps[512 * 1024];
  ssize_t size = readProc("/proc/self/maps", maps, sizeof maps);
  if (size < 0) return sys::failure("read /proc/self/maps");
  const char* end = maps + size;
  for (const char* line = maps; line < end;) {
    char* rest = nullptr;
    uintptr_t start = std::strtoull(line, &rest, 16);
    uintptr_t stop = std::strtoull(rest + 1, &rest, 16);
    visit(Mapping{start, stop, rest + 1});
    const char* newline = static_cast<const char*>(memchr(line, '\n', static_cast<size_t>(end - line)));
    if (!newline) break;
    line = newline + 1;
  }
  return {};
}

}  // namespace

sys::Failure inheritMappings() {
  // One call for everything below the vDSO and one for everything above it: a range may have holes, but the walk stops
  // at the kernel's own pages, which answer EINVAL and are inherited anyway. Around them, page by page.
  constexpr uintptr_t kPage = 4096, kEnd = uintptr_t{1} << 48, kBefore = 16 * kPage, kAfter = 4 * kPage;
  const uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
  if (vdso == 0) return {"find the vDSO", ENOENT};
  const auto inherit = [](uintptr_t from, uintptr_t to) {
    madvise(reinterpret_cast<void*>(from), to - from, MADV_DOFORK);
  };
  inherit(0, vdso - kBefore);
  for (uintptr_t page = vdso - kBefore; page < vdso + kAfter; page += kPage) inherit(page, page + kPage);
  inherit(vdso + kAfter, kEnd);
  return {};
}

sys::Failure findWasmCode(uintptr_t jsCode, size_t jsCodeBytes, CodeRange& into) {
  // V8 commits at most 4 GiB of machine code for WebAssembly (--wasm-max-committed-code-mb).
  constexpr uint64_t kMaxCode = 4ULL << 30;
  into.start = UINT64_MAX;
  auto f = eachMapping([&](const Mapping& m) {
    bool isJs = m.start >= jsCode && m.start < jsCode + jsCodeBytes;
    if (!isJs && memcmp(m.permissions, "rwx", 3) == 0 && m.start < into.start) into.start = m.start;
  });
  if (f.failed()) return f;
  if (into.start == UINT64_MAX) return {"find WebAssembly code", ENOENT};
  into.end = into.start + kMaxCode;
  return {};
}

sys::Failure forbidIoUring() {
  // The later filter of the plan stands beside this one; its arch is checked there.
  sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{std::size(instructions), instructions};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return sys::failure("prctl PR_SET_NO_NEW_PRIVS");
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) return sys::failure("seccomp");
  return {};
}

sys::Failure findEventFds(std::vector<int>& into) {
  DIR* dir = opendir("/proc/self/fd");
  if (!dir) return sys::failure("open /proc/self/fd");
  while (dirent* entry = readdir(dir)) {
    char target[32];
    ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof target);
    constexpr char kName[] = "anon_inode:[eventfd]";
    if (n == sizeof kName - 1 && memcmp(target, kName, sizeof kName - 1) == 0) into.push_back(atoi(entry->d_name));
  }
  closedir(dir);
  return {};
}

sys::Failure replaceEventFds(const std::vector<int>& numbers, int ownFd) {
  sys::OwnFd fresh(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fresh.valid()) return sys::failure("eventfd2");
  for (int number : numbers) {
    if (number == ownFd || number == fresh.get()) continue;
    if (dup3(fresh.get(), number, O_CLOEXEC) < 0) return sys::failure("dup3");
  }
  // When the loop gave up a number that eventfd2 has just reused, the original must stay.
  for (int number : numbers)
    if (number == fresh.get()) fresh.release();
  return {};
}

}  // namespace repair
