// Path rules: the kernel resolves (openat2), nothing here walks a path component by component.
#include "path.h"

#include <fcntl.h>
#include <linux/openat2.h>

namespace data {
namespace {

/** Resolution races with a rename elsewhere in the tree. Attack: renaming in a loop to keep the host busy here. */
constexpr int kMaxRetries = 32;

/** Length of the valid UTF-8 sequence at the start of `text`, or 0. */
size_t sequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) -> unsigned { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0u; };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // Neither overlong forms nor surrogates.
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = sequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

int Path::read(const Memory& memory, double address, double length) {
  const uint8_t* bytes = memory.at(address, length);
  if (bytes == nullptr) return -EFAULT;
  if (length >= PATH_MAX) return -ENAMETOOLONG;
  size_ = static_cast<size_t>(length);
  if (size_ == 0) return -ENOENT;
  memcpy(text_, bytes, size_);
  text_[size_] = '\0';
  if (memchr(text_, '\0', size_) != nullptr) return -EINVAL;
  return isUtf8(view()) ? 0 : -EILSEQ;
}

int openBeneath(int dir, const char* path, uint64_t flags, uint64_t mode) {
  const open_how how{flags | O_CLOEXEC, mode, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  for (int tries = 0;; tries++) {
    const long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno == EXDEV) return -kNotCapable;
    // EINTR: a FIFO or a network file system was waited for. EAGAIN for ever is reported, not waited out.
    if (errno != EINTR && (errno != EAGAIN || tries == kMaxRetries)) return -errno;
  }
}

int Parent::resolve(int dir, Path& path) {
  const std::string_view view = path.view();
  if (view.front() == '/') return -kNotCapable;
  const size_t end = view.find_last_not_of('/') + 1;
  const size_t slash = view.rfind('/', end - 1);
  char* text = path.text();
  // The calls on a last component never follow it, but `..` needs no following: it may name what is outside.
  if (view.substr(slash + 1, end - slash - 1) == "..") {
    const int named = openBeneath(dir, text, O_PATH);
    if (named < 0) return named;
    owned_.reset(named);
  }
  if (slash == std::string_view::npos) {
    fd_ = dir;
    name_ = text;
    return 0;
  }
  text[slash] = '\0';
  const int parent = openBeneath(dir, text, O_PATH | O_DIRECTORY);
  if (parent < 0) return parent;
  owned_.reset(parent);
  fd_ = parent;
  name_ = text + slash + 1;
  return 0;
}

}  // namespace data
