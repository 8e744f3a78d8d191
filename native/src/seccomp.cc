// Installs filter bytes (seccomp(2)); what they allow is decided and compiled elsewhere. A violation is answered by
// SIGSYS: the handler names the call on the control channel and ends the process. The guest can't avoid it: the call is
// not made, rt_sigaction is not allowed, and a blocked or broken SIGSYS is fatal by itself (force_sig_seccomp).
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <csignal>

#include "layers.h"
#include "notify.h"

namespace layers {
namespace {

/** Where the report goes, and where the stack began; set once, before the filter. */
int reportFd = -1;
uintptr_t stackTop = 0;
constexpr int kMaxFrames = 32;

/** No libc call: the process may be in any state. */
class Text {
 public:
  void add(const char* s) {
    while (*s && length_ < sizeof bytes_) bytes_[length_++] = *s++;
  }
  void add(uint64_t value, unsigned base) {
    char digits[20];
    int n = 0;
    do digits[n++] = "0123456789abcdef"[value % base];
    while ((value /= base) != 0);
    while (n > 0 && length_ < sizeof bytes_) bytes_[length_++] = digits[--n];
  }
  const char* bytes() const { return bytes_; }
  size_t length() const { return length_; }

 private:
  char bytes_[1024];
  size_t length_ = 0;
};

void addFrame(Text& text, uintptr_t pc, bool first) {
  text.add(first ? "\"0x" : ",\"0x");
  text.add(pc, 16);
  text.add("\"");
}

/**
 * The address of the forbidden call and its callers', by frame pointers: V8's code keeps them. Each must lie further up
 * the stack that is known to be there; what an attacker made of it is followed no further.
 */
void addFrames(Text& text, const ucontext_t* context) {
#if defined(__x86_64__)
  auto pc = static_cast<uintptr_t>(context->uc_mcontext.gregs[REG_RIP]);
  auto frame = static_cast<uintptr_t>(context->uc_mcontext.gregs[REG_RBP]);
  auto below = static_cast<uintptr_t>(context->uc_mcontext.gregs[REG_RSP]);
#else
  auto pc = static_cast<uintptr_t>(context->uc_mcontext.pc);
  auto frame = static_cast<uintptr_t>(context->uc_mcontext.regs[29]);
  auto below = static_cast<uintptr_t>(context->uc_mcontext.sp);
#endif
  addFrame(text, pc, true);
  for (int i = 1; i < kMaxFrames && frame >= below && frame < stackTop && frame % sizeof(frame) == 0; i++) {
    const auto* words = reinterpret_cast<const uintptr_t*>(frame);
    addFrame(text, words[1], false);
    below = frame + 1;
    frame = words[0];
  }
}

void onViolation(int, siginfo_t* info, void* context) {
  Text text;
  text.add("{\"type\":\"seccomp\",\"nr\":");
  text.add(static_cast<uint32_t>(info->si_syscall), 10);
  text.add(",\"frames\":[");
  addFrames(text, static_cast<const ucontext_t*>(context));
  text.add("]}");
  // Without waiting: a full channel must not keep the process alive.
  [[maybe_unused]] ssize_t n = write(reportFd, text.bytes(), text.length());
  for (;;) syscall(SYS_exit_group, 128 + SIGSYS);
}

}  // namespace

sys::Failure filterSyscalls(const stages::Context& c) {
  const std::vector<uint8_t>& bytes = c.plan.seccomp;
  if (bytes.empty()) return {};
  if (bytes.size() % sizeof(sock_filter) != 0 || bytes.size() / sizeof(sock_filter) > BPF_MAXINSNS)
    return {"seccomp", EINVAL};
  reportFd = c.self.controlFd;
  stackTop = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  struct sigaction action {};
  action.sa_sigaction = onViolation;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGSYS, &action, nullptr) < 0) return sys::failure("sigaction");
  sock_fprog program{static_cast<unsigned short>(bytes.size() / sizeof(sock_filter)),
                     const_cast<sock_filter*>(reinterpret_cast<const sock_filter*>(bytes.data()))};
  // SPEC_ALLOW is not asked for: the mitigation of speculative store bypass stays as the administrator set it.
  const unsigned flags = c.plan.seccompNotify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
  const auto listener = static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
  if (listener < 0) return sys::failure("seccomp");
  return c.plan.seccompNotify ? notify::handOver(listener, c.self.controlFd) : sys::Failure{};
}

}  // namespace layers
