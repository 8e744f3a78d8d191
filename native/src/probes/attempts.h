// One attempt each: a value, or −errno. Which of them need a process of their own, says the table in probe.cc.
#pragma once
#include <sched.h>
#include <unistd.h>

#include <cerrno>

namespace probe {

inline constexpr int kWorks = 0, kInUserNamespace = 1;
inline int result(long value) {
  return value < 0 ? -errno : kWorks;
}

/** For calls that make a descriptor. */
inline int opened(long fd) {
  if (fd < 0) return -errno;
  close(static_cast<int>(fd));
  return kWorks;
}

/** For calls given something wrong: the expected complaint means that the call exists and is let through. */
inline int complains(long value, int expected) {
  return value < 0 && errno != expected ? -errno : kWorks;
}

/** Tries it as we are; where that takes a privilege, in a user namespace of our own, as a rootless run does. */
template <typename Attempt>
int withNamespaces(int flags, Attempt attempt) {
  if (unshare(flags) == 0) return attempt();
  if (errno != EPERM) return -errno;
  if (unshare(CLONE_NEWUSER | flags) < 0) return -errno;
  int got = attempt();
  return got < 0 ? got : kInUserNamespace;
}

int writeFile(const char* path, const char* text);
/** Decimal digits without snprintf, which is not async-signal-safe. */
void appendNumber(char* text, unsigned value);

// calls.cc
int memfdCreate();
int openat2();
int closeRange();
int pidfdOpen();
int pidfdSendSignal();
int clone3();
int cloneIntoCgroup();

// namespaces.cc
int pidNamespace();
int mountNamespace();
int userNamespace();
int ipcNamespace();
int utsNamespace();
int cgroupNamespace();
int netNamespace();
int changeIds();
int dropCapabilities();

// mounts.cc
int openTree();
int mountSetattr();
int idmappedMounts();
int tmpfs();

// filters.cc
int noNewPrivs();
int landlockAbi();
int landlockRestrict();
int seccompFilter();
int protectionKeys();
int seccompKillProcess();
int seccompUserNotif();

}  // namespace probe
