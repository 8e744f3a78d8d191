#include <fcntl.h>
#include <linux/auxvec.h>
#include <linux/utsname.h>

#include "launcher.h"

#if defined(__x86_64__)
static void cpuid(uint32_t leaf, uint32_t registers[4]) {
  __asm__ volatile("cpuid"
                   : "=a"(registers[0]), "=b"(registers[1]), "=c"(registers[2]), "=d"(registers[3])
                   : "a"(leaf), "c"(0));
}

/* A machine that was saved and goes on elsewhere keeps its boot id: its processor may be another. */
static void fillProcessor(uint32_t cpu[9], const struct Caller* caller) {
  (void)caller;
  uint32_t r[4];
  cpuid(1, r);
  cpu[0] = r[0];
  /* ebx has the number of the processor that happens to run this. */
  cpu[1] = r[2];
  cpu[2] = r[3];
  int hasXgetbv = (r[2] >> 27) & 1;
  cpuid(7, r);
  cpu[3] = r[1];
  cpu[4] = r[2];
  cpu[5] = r[3];
  if (hasXgetbv) __asm__ volatile("xgetbv" : "=a"(cpu[6]), "=d"(cpu[7]) : "c"(0));
}
#else
static void fillProcessor(uint32_t cpu[9], const struct Caller* caller) {
  cpu[0] = (uint32_t)auxiliary(caller, AT_HWCAP);
  cpu[1] = (uint32_t)(auxiliary(caller, AT_HWCAP) >> 32);
  cpu[2] = (uint32_t)auxiliary(caller, AT_HWCAP2);
  cpu[3] = (uint32_t)(auxiliary(caller, AT_HWCAP2) >> 32);
}
#endif

void fillIdentity(struct FrozenIdentity* identity, const struct Node* node, const struct Caller* caller) {
  memset(identity, 0, sizeof *identity);
  struct new_utsname name;
  if (SYS(uname, &name) == 0) {
    memcpy(identity->kernel[0], name.release, sizeof identity->kernel[0]);
    memcpy(identity->kernel[1], name.version, sizeof identity->kernel[1]);
  }
  long fd = SYS(openat, AT_FDCWD, "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    SYS(read, fd, identity->bootId, sizeof identity->bootId);
    SYS(close, fd);
  }
  fillProcessor(identity->cpu, caller);
  identity->uid = (uint32_t)SYS(geteuid);
  identity->gid = (uint32_t)SYS(getegid);
  for (int i = 0; i < node->count; i++)
    identity->flags = frozenHash(identity->flags, node->args[i], stringLength(node->args[i]));
}
