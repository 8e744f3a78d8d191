// Runs a command on a kernel that lacks things: `refuse NAME… -- COMMAND…`. Each name is answered by a filter as an
// older kernel or another container's filter would answer it.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMESPACE_FLAGS 0x7e020000

static struct sock_filter program[64];
static unsigned short length = 0;

static void add(struct sock_filter instruction) {
  program[length++] = instruction;
}

static void answer(unsigned number, int error) {
  add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
}

// clone(2) with namespaces: EPERM, as in a container without privilege.
static void answerClone(void) {
  add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3));
  add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACE_FLAGS, 0, 1));
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
}

static int apply(const char* name) {
  if (strcmp(name, "landlock") == 0) return answer(SYS_landlock_create_ruleset, ENOSYS), 1;
  if (strcmp(name, "openat2") == 0) return answer(SYS_openat2, ENOSYS), 1;
  if (strcmp(name, "clone3") == 0) return answer(SYS_clone3, ENOSYS), 1;
  if (strcmp(name, "seccomp") == 0) return answer(SYS_seccomp, ENOSYS), 1;
  if (strcmp(name, "mounts") == 0) return answer(SYS_open_tree, ENOSYS), answer(SYS_fsopen, ENOSYS), 1;
  if (strcmp(name, "namespaces") == 0) return answer(SYS_unshare, EPERM), answerClone(), 1;
  return 0;
}

int main(int argc, char** argv) {
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (!apply(argv[i])) return fprintf(stderr, "refuse: unknown: %s\n", argv[i]), 2;
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  struct sock_fprog filter = {length, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
    return perror("refuse"), 2;
  execv(argv[i + 1], argv + i + 1);
  return perror("refuse"), 2;
}
