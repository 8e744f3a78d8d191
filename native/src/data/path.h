// Paths as a guest gives them, and their resolution beneath a directory.
#pragma once
#include <climits>
#include <string_view>

#include "../sys.h"
#include "memory.h"

namespace data {

/** A path copied out of guest memory: checked, and ended by a NUL. */
class Path {
 public:
  /**
   * 0 or -errno: ENAMETOOLONG at PATH_MAX, EINVAL for an embedded NUL (the kernel would silently cut the path there),
   * EILSEQ for what is not UTF-8 (as the spec defines strings), ENOENT when empty.
   */
  int read(const Memory& memory, double address, double length);

  char* text() { return text_; }
  std::string_view view() const { return {text_, size_}; }
  bool endsInSlash() const { return size_ > 0 && text_[size_ - 1] == '/'; }

 private:
  char text_[PATH_MAX];
  size_t size_ = 0;
};

/** openat2(2) that can't leave `dir`: -kNotCapable when it would; -errno, or a descriptor with O_CLOEXEC. */
int openBeneath(int dir, const char* path, uint64_t flags, uint64_t mode = 0);

/** Where a change takes place: the directory that holds the last component of a path. */
class Parent {
 public:
  /** 0 or -errno. Takes the path apart, so it can't be used afterwards. */
  int resolve(int dir, Path& path);

  int fd() const { return fd_; }
  /** The last component with its trailing slashes: the kernel's rules for those are POSIX's. */
  const char* name() const { return name_; }

 private:
  int fd_ = -1;
  const char* name_ = nullptr;
  sys::OwnFd owned_;
};

}  // namespace data
