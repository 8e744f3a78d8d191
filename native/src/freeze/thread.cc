#include "thread.h"

#include <sys/prctl.h>
#if defined(__x86_64__)
#include <asm/prctl.h>
#endif

#include <csignal>
#include <cstddef>
#include <cstring>

// glibc 2.35 registers one for each thread; elsewhere there is none.
extern "C" const ptrdiff_t __rseq_offset __attribute__((weak));
extern "C" const unsigned __rseq_size __attribute__((weak));

namespace freeze {
namespace {

/** The kernel's, for the raw calls: it counts 8 bytes of mask. */
constexpr size_t kMaskBytes = 8;
/** What glibc registers with, on every architecture we have (sys/rseq.h). */
#if defined(__x86_64__)
constexpr uint32_t kRseqSignature = 0x53053053;
#else
constexpr uint32_t kRseqSignature = 0xd428bc00;
#endif
constexpr uint64_t kRseqBytes = 32;
/** Real-time signals stay as the caller has them. */
constexpr int kResetByNode = 31;

void registerRseq(const Thread& thread) {
  if (thread.rseq == 0) return;
  auto* area = reinterpret_cast<uint32_t*>(thread.rseq);
  memset(area, 0, kRseqBytes);
  area[1] = static_cast<uint32_t>(-1);  // RSEQ_CPU_ID_UNINITIALIZED: without registration, glibc asks the kernel
  syscall(SYS_rseq, area, thread.rseqBytes, 0, kRseqSignature);
}

}  // namespace

uint64_t threadPointer() {
  uint64_t pointer = 0;
#if defined(__x86_64__)
  syscall(SYS_arch_prctl, ARCH_GET_FS, &pointer);
#elif defined(__aarch64__)
  asm("mrs %0, tpidr_el0" : "=r"(pointer));
#endif
  return pointer;
}

sys::Failure saveThread(Thread& thread) {
  if (prctl(PR_GET_TID_ADDRESS, &thread.tidAddress, 0, 0, 0) < 0) return sys::failure("prctl PR_GET_TID_ADDRESS");
  if (syscall(SYS_get_robust_list, 0, &thread.robustList, &thread.robustBytes) < 0)
    return sys::failure("get_robust_list");
  if (&__rseq_size != nullptr && __rseq_size > 0) {
    thread.rseq = threadPointer() + static_cast<uint64_t>(__rseq_offset);
    thread.rseqBytes = __rseq_size > kRseqBytes ? __rseq_size : kRseqBytes;
  }
  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &thread.signalMask, kMaskBytes) < 0)
    return sys::failure("rt_sigprocmask");
  stack_t alternate{};
  sigaltstack(nullptr, &alternate);
  if (!(alternate.ss_flags & SS_DISABLE)) {
    thread.altStack = reinterpret_cast<uint64_t>(alternate.ss_sp);
    thread.altStackBytes = alternate.ss_size;
  }
  for (int number = 1; number <= kSignals; number++)
    if (syscall(SYS_rt_sigaction, number, nullptr, &thread.actions[number - 1], kMaskBytes) < 0)
      return sys::failure("rt_sigaction");
  return {};
}

void restoreThread(const Thread& thread, uint64_t alsoBlocked) {
  const auto tid = static_cast<int>(syscall(SYS_set_tid_address, thread.tidAddress));
  *reinterpret_cast<int*>(thread.tidAddress) = tid;
  syscall(SYS_set_robust_list, thread.robustList, thread.robustBytes);
  registerRseq(thread);
  if (thread.altStack != 0) {
    stack_t alternate{};
    alternate.ss_sp = reinterpret_cast<void*>(thread.altStack);
    alternate.ss_size = thread.altStackBytes;
    sigaltstack(&alternate, nullptr);
  }
  // The new process has its caller's, of which exec leaves "default" and "ignored"; Node resets those when it starts.
  for (int number = 1; number <= kSignals; number++) {
    const SignalAction& action = thread.actions[number - 1];
    if (number == SIGKILL || number == SIGSTOP || (number > kResetByNode && action.handler == 0)) continue;
    syscall(SYS_rt_sigaction, number, &action, nullptr, kMaskBytes);
  }
  const uint64_t mask = thread.signalMask | alsoBlocked;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, kMaskBytes);
}

void dropHandlers(const Thread& thread) {
  const SignalAction byDefault{};
  for (int number = 1; number <= kSignals; number++)
    if (thread.actions[number - 1].handler > 1)  // neither SIG_DFL nor SIG_IGN
      syscall(SYS_rt_sigaction, number, &byDefault, nullptr, kMaskBytes);
}

}  // namespace freeze
