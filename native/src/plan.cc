// The plan's wire form: fields in the order of the struct, little-endian, counts before lists.
#include "plan.h"

#include <cstring>
#include <type_traits>

namespace {

/** One walk over the fields serves both directions, so that they can't drift apart. */
template <typename Stream, typename Plan>
void walk(Stream& s, Plan& p) {
  s.list(p.cgroupTasks);
  s.list(p.joinNamespaces);
  s.value(p.unshareFlags);
  s.text(p.uidMap);
  s.text(p.gidMap);
  s.value(p.uid);
  s.value(p.gid);
  s.text(p.hostname);
  s.value(p.emptyRoot);
  s.value(p.dropCapabilities);
  s.value(p.noNewPrivs);
  s.value(p.landlockFs);
  s.value(p.landlockNet);
  s.value(p.landlockScope);
  s.list(p.landlockPaths);
  s.list(p.landlockPorts);
  s.list(p.keepFds);
  s.list(p.rlimits);
  s.list(p.seccomp);
  s.value(p.seccompNotify);
}

class Writer {
 public:
  std::vector<uint8_t> bytes;
  template <typename T>
  void value(const T& v) {
    static_assert(std::is_trivially_copyable_v<T>);
    append(&v, sizeof v);
  }
  void text(const std::string& v) {
    value(static_cast<uint32_t>(v.size()));
    append(v.data(), v.size());
  }
  template <typename T>
  void list(const std::vector<T>& v) {
    static_assert(std::is_trivially_copyable_v<T>);
    value(static_cast<uint32_t>(v.size()));
    append(v.data(), v.size() * sizeof(T));
  }

 private:
  void append(const void* data, size_t size) {
    auto* p = static_cast<const uint8_t*>(data);
    bytes.insert(bytes.end(), p, p + size);
  }
};

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : rest_(bytes) {}
  bool complete() const { return ok_ && rest_.empty(); }
  template <typename T>
  void value(T& v) {
    take(&v, sizeof v);
  }
  void text(std::string& v) {
    v.resize(count(1));
    take(v.data(), v.size());
  }
  template <typename T>
  void list(std::vector<T>& v) {
    v.resize(count(sizeof(T)));
    take(v.data(), v.size() * sizeof(T));
  }

 private:
  /** A count is believed only when that many items can still follow: no allocation beyond the message's size. */
  size_t count(size_t itemSize) {
    uint32_t n = 0;
    value(n);
    if (n > rest_.size() / itemSize) ok_ = false;
    return ok_ ? n : 0;
  }
  void take(void* to, size_t size) {
    if (size > rest_.size()) ok_ = false;
    if (!ok_ || size == 0) return;
    std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }
  std::span<const uint8_t> rest_;
  bool ok_ = true;
};

}  // namespace

std::vector<uint8_t> encodePlan(const SandboxPlan& plan) {
  Writer writer;
  walk(writer, plan);
  return std::move(writer.bytes);
}

std::optional<SandboxPlan> decodePlan(std::span<const uint8_t> bytes) {
  Reader reader(bytes);
  SandboxPlan plan;
  walk(reader, plan);
  if (!reader.complete()) return std::nullopt;
  return plan;
}
