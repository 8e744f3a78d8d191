// Changes to the tree: each opens the parent beneath the directory, then acts on the last component there.
#include <fcntl.h>
#include <sys/stat.h>

#include "calls.h"
#include "path.h"

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

  bool isDirectory() const {
    struct stat status;
    return fstatat(parent.fd(), parent.name(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
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
 * follow. Such a path names a directory or nothing: the answer comes from a resolution beneath.
 */
int directoryOrError(int dir, Path& path, int whenDirectory) {
  const int fd = openBeneath(dir, path.text(), O_PATH | O_DIRECTORY);
  if (fd < 0) return fd;
  const sys::OwnFd directory(fd);
  return whenDirectory;
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
  // Not the C library's renameat2: without flags it calls renameat(2), which the filter doesn't have.
  const long result = syscall(SYS_renameat2, from.parent.fd(), from.parent.name(), to.parent.fd(), to.parent.name(), 0);
  answer(info, outcome(result));
}

/** link(dir, memory, path, length, newDir, newPath, newLength) */
void link(const Info& info) {
  const Memory guest = memory(info, 1);
  Target from, to;
  if (const int bad = from.path.read(guest, number(info, 2), number(info, 3))) return answer(info, bad);
  // Directories have no hard links.
  if (from.path.endsInSlash()) return answer(info, directoryOrError(integer(info, 0), from.path, -EPERM));
  if (const int bad = from.parent.resolve(integer(info, 0), from.path)) return answer(info, bad);
  if (const int bad = to.resolve(integer(info, 4), guest, number(info, 5), number(info, 6))) return answer(info, bad);
  const int result = linkat(from.parent.fd(), from.parent.name(), to.parent.fd(), to.parent.name(), 0);
  answer(info, creationOutcome(result, to));
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
  if (path.endsInSlash()) return answer(info, directoryOrError(integer(info, 0), path, -EINVAL));
  Parent parent;
  if (const int bad = parent.resolve(integer(info, 0), path)) return answer(info, bad);
  // readlinkat(2) refuses an empty buffer; WASI doesn't.
  char byte;
  char* target = length == 0 ? &byte : reinterpret_cast<char*>(buffer);
  const ssize_t size = readlinkat(parent.fd(), parent.name(), target, length == 0 ? 1 : static_cast<size_t>(length));
  answer(info, size < 0 ? -errno : length == 0 ? 0 : size);
}

}  // namespace data
