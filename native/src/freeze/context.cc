#include "context.h"

#include <cstddef>

// Hidden: the code below reaches them relative to itself.
freeze::Context frozenContext __attribute__((visibility("hidden")));
FrozenStart frozenStart __attribute__((visibility("hidden")));

static_assert(offsetof(freeze::Context, stackPointer) == 160 && offsetof(freeze::Context, resumeAt) == 168);
static_assert(offsetof(FrozenStart, launcher) == 16 && offsetof(FrozenStart, launcherBytes) == 24);

#if defined(__x86_64__)
asm(R"(
  .text
  .hidden frozenSave
  .globl frozenSave
  .type frozenSave, @function
frozenSave:
  lea frozenContext(%rip), %rdx
  mov %rbx, (%rdx)
  mov %rbp, 8(%rdx)
  mov %r12, 16(%rdx)
  mov %r13, 24(%rdx)
  mov %r14, 32(%rdx)
  mov %r15, 40(%rdx)
  lea 8(%rsp), %rax
  mov %rax, 160(%rdx)
  mov (%rsp), %rax
  mov %rax, 168(%rdx)
  xor %eax, %eax
  ret
  .size frozenSave, .-frozenSave

  .hidden frozenResume
  .globl frozenResume
  .type frozenResume, @function
frozenResume:
  lea frozenContext(%rip), %rdx
  mov (%rdx), %rbx
  mov 8(%rdx), %rbp
  mov 16(%rdx), %r12
  mov 24(%rdx), %r13
  mov 32(%rdx), %r14
  mov 40(%rdx), %r15
  mov 160(%rdx), %rsp
  mov 168(%rdx), %r8
  lea frozenStart(%rip), %rax
  mov 16(%rax), %rdi
  mov 24(%rax), %rsi
  mov $11, %eax             # munmap
  syscall
  mov $1, %eax
  jmp *%r8
  .size frozenResume, .-frozenResume
)");
#elif defined(__aarch64__)
asm(R"(
  .text
  .hidden frozenSave
  .globl frozenSave
  .type frozenSave, %function
frozenSave:
  adrp x1, frozenContext
  add x1, x1, :lo12:frozenContext
  stp x19, x20, [x1]
  stp x21, x22, [x1, #16]
  stp x23, x24, [x1, #32]
  stp x25, x26, [x1, #48]
  stp x27, x28, [x1, #64]
  stp x29, x30, [x1, #80]
  stp d8, d9, [x1, #96]
  stp d10, d11, [x1, #112]
  stp d12, d13, [x1, #128]
  stp d14, d15, [x1, #144]
  mov x2, sp
  stp x2, x30, [x1, #160]
  mov w0, #0
  ret
  .size frozenSave, .-frozenSave

  .hidden frozenResume
  .globl frozenResume
  .type frozenResume, %function
frozenResume:
  adrp x9, frozenContext
  add x9, x9, :lo12:frozenContext
  ldp x19, x20, [x9]
  ldp x21, x22, [x9, #16]
  ldp x23, x24, [x9, #32]
  ldp x25, x26, [x9, #48]
  ldp x27, x28, [x9, #64]
  ldp x29, x30, [x9, #80]
  ldp d8, d9, [x9, #96]
  ldp d10, d11, [x9, #112]
  ldp d12, d13, [x9, #128]
  ldp d14, d15, [x9, #144]
  ldp x2, x10, [x9, #160]
  mov sp, x2
  adrp x11, frozenStart
  add x11, x11, :lo12:frozenStart
  ldp x0, x1, [x11, #16]
  mov x8, #215              // munmap
  svc #0
  mov w0, #1
  br x10
  .size frozenResume, .-frozenResume
)");
#endif
