/* The first instructions: off the kernel's stack, which holds the caller's arguments and environment and must go before
 * a frozen process takes this one over. */
#include "launcher.h"

/* Deep enough for a few paths. */
char launcherStack[48 * 1024] __attribute__((aligned(16)));

__attribute__((used)) static _Noreturn void begin(long* kernelStack) {
  struct Caller caller = {.argc = (int)kernelStack[0], .argv = (char**)(kernelStack + 1)};
  caller.env = caller.argv + caller.argc + 1;
  char** end = caller.env;
  while (*end != NULL) end++;
  caller.auxiliary = (const uint64_t*)(end + 1);
  caller.kernelStack = (uint64_t)kernelStack;
  launch(&caller);
}

#if defined(__x86_64__)
__asm__(
    ".globl _start\n"
    "_start:\n"
    "  mov %rsp, %rdi\n"
    "  lea launcherStack+49152(%rip), %rsp\n"
    "  xor %ebp, %ebp\n"
    "  call begin\n"
    "  hlt\n");
#elif defined(__aarch64__)
__asm__(
    ".globl _start\n"
    "_start:\n"
    "  mov x0, sp\n"
    "  adrp x1, launcherStack+49152\n"
    "  add x1, x1, :lo12:launcherStack+49152\n"
    "  mov sp, x1\n"
    "  mov x29, #0\n"
    "  mov x30, #0\n"
    "  b begin\n");
#endif

uint64_t auxiliary(const struct Caller* caller, uint64_t type) {
  for (const uint64_t* entry = caller->auxiliary; entry[0] != 0; entry += 2)
    if (entry[0] == type) return entry[1];
  return 0;
}

const char* environment(const struct Caller* caller, const char* name) {
  size_t length = stringLength(name);
  for (char** entry = caller->env; *entry != NULL; entry++) {
    size_t i = 0;
    while (i < length && (*entry)[i] == name[i]) i++;
    if (i == length && (*entry)[i] == '=') return *entry + length + 1;
  }
  return NULL;
}
