// Changes to the tree: each opens the parent beneath the directory, then acts on the last component there.
#include <fcntl.h>

#include "calls.h"
#include "path.h"
#include "syscalls.h"

namespace data {
namespace {

/** A path argument (memory, address, length) from `index` on, resolved to its parent. */
struct Target {
  Path path;
  Parent parent;
  bool trailingSlash = false;

  int resolve(int dir, const Memory& memory, double address, double length) {
    if (const int bad = path.read(memory, address, length)) return bad;
    trailingSlash = path.endsInSlash();
    return parent.resolve(dir, path);
  }

  /** 0 or -errno; a symbolic link is not followed. */
  int status(struct stat& into) const {
    return statusOf(parent.fd(), parent.name(), into, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
  }

  bool isDirectory() const {
    struct stat found;
    return status(found) == 0 && S_ISDIR(found.st_mode);
  }
};

/** POSIX wants ENOTDIR for `file/`, where Linux says that the new name exists. */
int64_t creationOutcome(int result, Target& target) {
  if (result >= 0) return result;
  if (errno != EEXIST || !target.trailingSlash) return -errno;
  std::string_view name = target.parent.name();
  target.path.text()[name.data() - target.path.text() + name.find('/')] = '\0';
  return target.isDirectory() ? -EEXIST : -ENOTDIR;
}

/**
 * The kernel follows a symbolic link with a slash behind it, also out of the tree, in the calls that otherwise don't
 * follow. Such a path names a directory or nothing: this is it, resolved beneath, or -errno.
 */
int openNamedDirectory(int dir, Path& path) {
  return openBeneath(dir, path.text(), O_PATH | O_DIRECTORY);
}

}  // namespace

/** makeDirectory(dir, memory, path, length) */
void makeDirectory(const Info& info) {
  Target target;
  if (const int bad = target.resolve(integer(info, 0), memory(info, 1), number(info, 2), number(info, 3)))
    return answer(info, bad);
  answer(info, outcome(mkdirat(target.parent.fd(), target.parent.name(), 0777)));
}

/** unlink(dir, memory, path, length, directory) */
void unlink(const Info& info) {
  Target target;
  if (const int bad = target.resolve(integer(info, 0), memory(info, 1), number(info, 2), number(info, 3)))
    return answer(info, bad);
  const int flags = integer(info, 4) == 1 ? AT_REMOVEDIR : 0;
  answer(info, outcome(unlinkat(target.parent.fd(), target.parent.name(), flags)));
}

/** rename(dir, memory, path, length, newDir, newPath, newLength) */
void rename(const Info& info) {
  const Memory guest = memory(info, 1);
  Target from, to;
  if (const int bad = from.resolve(integer(info, 0), guest, number(info, 2), number(info, 3))) return answer(info, bad);
  if (const int bad = to.resolve(integer(info, 4), guest, number(info, 5), number(info, 6))) return answer(info, bad);
  answer(info, outcome(renameat2(from.parent.fd(), from.parent.name(), to.parent.fd(), to.parent.name())));
}

/** link(dir, memory, path, length, newDir, newPath, newLength) */
void link(const Info& info) {
  const Memory guest = memory(info, 1);
  Target from, to;
  if (const int bad = from.path.read(guest, number(info, 2), number(info, 3))) return answer(info, bad);
  sys::OwnFd directory;
  if (from.path.endsInSlash()) {
    const int named = openNamedDirectory(integer(info, 0), from.path);
    if (named < 0) return answer(info, named);
    directory.reset(named);
  } else if (const int bad = from.parent.resolve(integer(info, 0), from.path)) {
    return answer(info, bad);
  }
  if (const int bad = to.resolve(integer(info, 4), guest, number(info, 5), number(info, 6))) {
    // Linux looks the source up before the target.
    struct stat status;
    const int missing = directory.valid() ? 0 : from.status(status);
    return answer(info, missing ? missing : bad);
  }
  // Directories have no hard links: the kernel refuses "." too, after it has looked at the target.
  const int source = directory.valid() ? directory.get() : from.parent.fd();
  const char* name = directory.valid() ? "." : from.parent.name();
  answer(info, creationOutcome(linkat(source, name, to.parent.fd(), to.parent.name(), 0), to));
}

/** symlink(memory, target, targetLength, dir, path, length) */
void symlink(const Info& info) {
  const Memory guest = memory(info, 0);
  Path content;
  if (const int bad = content.read(guest, number(info, 1), number(info, 2))) return answer(info, bad);
  // It would never resolve for this guest, but would for whoever looks at the tree from outside.
  if (content.view().front() == '/') return answer(info, -kNotCapable);
  Target target;
  if (const int bad = target.resolve(integer(info, 3), guest, number(info, 4), number(info, 5)))
    return answer(info, bad);
  answer(info, creationOutcome(symlinkat(content.text(), target.parent.fd(), target.parent.name()), target));
}

/** readLink(dir, memory, path, length, buffer, bufferLength) */
void readLink(const Info& info) {
  const Memory guest = memory(info, 1);
  const double length = number(info, 5);
  uint8_t* buffer = guest.at(number(info, 4), length);
  if (buffer == nullptr) return answer(info, -EFAULT);
  Path path;
  if (const int bad = path.read(guest, number(info, 2), number(info, 3))) return answer(info, bad);
  if (path.endsInSlash()) {
    const int named = openNamedDirectory(integer(info, 0), path);
    const sys::OwnFd directory(named);
    return answer(info, named < 0 ? named : -EINVAL);
  }
  Parent parent;
  if (const int bad = parent.resolve(integer(info, 0), path)) return answer(info, bad);
  // readlinkat(2) refuses an empty buffer; WASI doesn't.
  char byte;
  char* target = length == 0 ? &byte : reinterpret_cast<char*>(buffer);
  const ssize_t size = readlinkat(parent.fd(), parent.name(), target, length == 0 ? 1 : static_cast<size_t>(length));
  answer(info, size < 0 ? -errno : length == 0 ? 0 : size);
}

}  // namespace data
