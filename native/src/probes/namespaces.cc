// Namespaces, ids and capabilities. All of it changes the process.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <csignal>
#include <cstdint>
#include <cstring>

#include "attempts.h"
#include "sys.h"

namespace probe {

int writeFile(const char* path, const char* text) {
  sys::OwnFd fd(open(path, O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return -errno;
  return result(write(fd.get(), text, strlen(text)));
}

void appendNumber(char* text, unsigned value) {
  char digits[12];
  int length = 0;
  do digits[length++] = static_cast<char>('0' + value % 10);
  while (value /= 10);
  char* end = text + strlen(text);
  while (length > 0) *end++ = digits[--length];
  *end = '\0';
}

/** Unsharing it says little: the first fork into it is what can fail. */
int pidNamespace() {
  return withNamespaces(CLONE_NEWPID, [] {
    // glibc's fork is not safe to call here.
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    return result(pid);
  });
}

/** Some systems allow the namespace and then deny every privilege inside: a mount shows that. */
int mountNamespace() {
  return withNamespaces(CLONE_NEWNS, [] { return result(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr)); });
}

int userNamespace() {
  char map[32] = "0 ";
  appendNumber(map, getuid());
  strcat(map, " 1");
  if (unshare(CLONE_NEWUSER) < 0) return -errno;
  return writeFile("/proc/self/uid_map", map);
}

int ipcNamespace() {
  return withNamespaces(CLONE_NEWIPC, [] { return kWorks; });
}

int utsNamespace() {
  return withNamespaces(CLONE_NEWUTS, [] { return kWorks; });
}

int cgroupNamespace() {
  return withNamespaces(CLONE_NEWCGROUP, [] { return kWorks; });
}

int netNamespace() {
  return withNamespaces(CLONE_NEWNET, [] { return kWorks; });
}

/** Raw calls: glibc's would ask the template's other threads to follow. */
int changeIds() {
  if (syscall(SYS_setgroups, 0, nullptr) < 0) return -errno;
  if (syscall(SYS_setresgid, 65534, 65534, 65534) < 0) return -errno;
  return result(syscall(SYS_setresuid, 65534, 65534, 65534));
}

int dropCapabilities() {
  constexpr int kSysAdmin = 21;
  if (prctl(PR_CAPBSET_DROP, kSysAdmin, 0, 0, 0) == 0) return kWorks;
  if (errno != EPERM || unshare(CLONE_NEWUSER) < 0) return -errno;
  return prctl(PR_CAPBSET_DROP, kSysAdmin, 0, 0, 0) < 0 ? -errno : kInUserNamespace;
}

}  // namespace probe
