#include "../src/fds.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "check.h"

namespace {

std::vector<int> openDescriptors() {
  std::vector<int> found;
  DIR* dir = opendir("/proc/self/fd");
  CHECK(dir != nullptr);
  while (dirent* entry = readdir(dir))
    if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir)) found.push_back(atoi(entry->d_name));
  closedir(dir);
  std::sort(found.begin(), found.end());
  return found;
}

void occupy(int number) {
  CHECK(dup2(0, number) == number);
}

}  // namespace

namespace tests {

void descriptorsAreClosed() {
  for (int number : {5, 6, 7, 40, 41, 500}) occupy(number);
  // Out of order, twice, and one that is not open.
  CHECK(!fds::closeAllBut({500, 2, 0, 6, 1, 6, 77}).failed());
  CHECK((openDescriptors() == std::vector{0, 1, 2, 6, 500}));
}

void descriptorsAtTheEdges() {
  rlimit limit{};
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const int last = static_cast<int>(limit.rlim_cur) - 1;
  occupy(last);
  CHECK(!fds::closeAllBut({0, 1, 2, last}).failed());
  CHECK((openDescriptors() == std::vector{0, 1, 2, last}));
  // Neighbours leave nothing between them to close; an empty list leaves nothing at all.
  CHECK(!fds::closeAllBut({2}).failed());
  CHECK((openDescriptors() == std::vector{2}));
  CHECK(!fds::closeAllBut({}).failed());
  CHECK(fcntl(2, F_GETFD) == -1);
}

void ownFdClosesOnce() {
  int number;
  {
    sys::OwnFd first(open("/dev/null", O_RDONLY));
    number = first.get();
    sys::OwnFd second(std::move(first));
    CHECK(!first.valid() && second.get() == number);
    first = std::move(second);
    CHECK(first.get() == number);
  }
  CHECK(fcntl(number, F_GETFD) == -1);
  sys::OwnFd zero(0);
  CHECK(zero.valid());
  CHECK(zero.release() == 0 && fcntl(0, F_GETFD) != -1);
}

}  // namespace tests
