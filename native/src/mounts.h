// Detached mounts, made by the supervisor: a descriptor of one is all that a container needs to reach its files.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "sys.h"

namespace mounts {

struct TmpfsOptions {
  uint64_t sizeBytes;
  uint64_t inodes;
  uint32_t uid;
  uint32_t gid;
  std::string mode;
};

struct CloneOptions {
  bool recursive;
  uint64_t attributes;
  int usernsFd;
};

sys::Failure cloneTree(int fd, const CloneOptions& options, sys::OwnFd& into);
/** Mount options of a file system, as fsconfig(2) takes them. */
using Settings = std::vector<std::pair<const char*, std::string>>;

/** A detached tmpfs; nosuid, nodev and noexec besides the attributes. */
sys::Failure makeTmpfs(const Settings& settings, uint64_t attributes, sys::OwnFd& into);
sys::Failure makeTmpfs(const TmpfsOptions& options, sys::OwnFd& into);
sys::Failure makeIdmap(const std::string& uidMap, const std::string& gidMap, sys::OwnFd& into);

}  // namespace mounts
