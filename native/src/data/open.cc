// Opening, and metadata by path: everything that a whole path is resolved for.
#include <fcntl.h>

#include "../sys.h"
#include "calls.h"
#include "open-flags.h"
#include "path.h"
#include "stat.h"
#include "syscalls.h"

namespace data {
namespace {

/** A descriptor below this number leaves room for its kind above (`openedFd` in data.ts). */
constexpr int kMaxFd = 1 << 27;

/** For metadata: the object itself, without any access to its content. */
int openObject(int dir, Path& path, bool follow) {
  return openBeneath(dir, path.text(), O_PATH | (follow ? 0 : O_NOFOLLOW));
}

/** A single component can't lead anywhere when the last one isn't followed. */
bool isPlainName(std::string_view path) {
  return path.find('/') == std::string_view::npos && path != "..";
}

int statusAt(int dir, Path& path, bool follow, struct stat& status) {
  if (!follow && isPlainName(path.view()))
    return statusOf(dir, path.text(), status, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
  const int fd = openObject(dir, path, follow);
  if (fd < 0) return fd;
  const sys::OwnFd object(fd);
  return statusOf(fd, "", status, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

}  // namespace

/** openAt(dir, memory, path, length, bits): descriptor and kind in one number. */
void openAt(const Info& info) {
  Path path;
  if (const int bad = path.read(memory(info, 1), number(info, 2), number(info, 3))) return answer(info, bad);
  const uint64_t flags = linuxFlags(integer(info, 4));
  // The caller's umask applies, as for any program.
  const int fd = openBeneath(integer(info, 0), path.text(), flags, flags & O_CREAT ? 0666 : 0);
  if (fd < 0) return answer(info, fd);
  sys::OwnFd opened(fd);
  struct stat status;
  if (statusOf(fd, "", status, AT_EMPTY_PATH) < 0) return answer(info, -errno);
  if (fd >= kMaxFd) return answer(info, -EMFILE);
  answer(info, kindOf(status) << 27 | opened.release());
}

/** reopenDirectory(dir): a readable descriptor of the same directory; preopens may be O_PATH. */
void reopenDirectory(const Info& info) {
  answer(info, openBeneath(integer(info, 0), ".", O_RDONLY | O_DIRECTORY));
}

/** statAt(dir, memory, path, length, follow, out, at) */
void statAt(const Info& info) {
  uint8_t* record = memory(info, 5).at(number(info, 6), kStatBytes);
  if (record == nullptr) return answer(info, -EFAULT);
  Path path;
  if (const int bad = path.read(memory(info, 1), number(info, 2), number(info, 3))) return answer(info, bad);
  struct stat status;
  if (const int bad = statusAt(integer(info, 0), path, integer(info, 4) == 1, status)) return answer(info, bad);
  storeStat(record, status);
  answer(info, 0);
}

/** setTimesAt(dir, memory, path, length, follow, atime, mtime, flags) */
void setTimesAt(const Info& info) {
  Path path;
  if (const int bad = path.read(memory(info, 1), number(info, 2), number(info, 3))) return answer(info, bad);
  timespec times[2];
  if (!readTimes(info, 5, times)) return answer(info, -EINVAL);
  const int fd = openObject(integer(info, 0), path, integer(info, 4) == 1);
  if (fd < 0) return answer(info, fd);
  const sys::OwnFd object(fd);
  answer(info, outcome(utimensat(fd, "", times, AT_EMPTY_PATH)));
}

}  // namespace data
