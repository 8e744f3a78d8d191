#include "maps.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

namespace freeze {
namespace {

/** One line: `start-end rwxp offset device inode   name`. */
Mapping parseLine(char* line) {
  Mapping m{};
  char* at = line;
  m.start = strtoull(at, &at, 16);
  m.end = strtoull(at + 1, &at, 16);
  const char* permissions = at + 1;
  m.protection = (permissions[0] == 'r' ? PROT_READ : 0u) | (permissions[1] == 'w' ? PROT_WRITE : 0u) |
                 (permissions[2] == 'x' ? PROT_EXEC : 0u);
  m.shared = permissions[3] == 's';
  m.offset = strtoull(permissions + 4, &at, 16);
  at = strchr(at + 1, ' ');  // behind the device
  m.inode = strtoull(at, &at, 10);
  m.name = at + strspn(at, " ");
  return m;
}

}  // namespace

sys::Failure readMappings(Scratch& scratch) {
  sys::OwnFd fd(open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return sys::failure("open /proc/self/maps");
  size_t size = 0;
  for (;;) {
    ssize_t n = sys::retry([&] { return read(fd.get(), scratch.maps + size, sizeof scratch.maps - 1 - size); });
    if (n < 0) return sys::failure("read /proc/self/maps");
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  if (size == sizeof scratch.maps - 1) return {"read /proc/self/maps", E2BIG};
  scratch.maps[size] = '\0';
  scratch.mappingCount = 0;
  for (char* line = scratch.maps; *line != '\0';) {
    char* newline = strchr(line, '\n');
    if (newline == nullptr || scratch.mappingCount == FROZEN_MAX_REGIONS) return {"read /proc/self/maps", E2BIG};
    *newline = '\0';
    scratch.mappings[scratch.mappingCount++] = parseLine(line);
    line = newline + 1;
  }
  return {};
}

}  // namespace freeze
