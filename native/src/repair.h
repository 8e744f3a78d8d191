// What a process must do before fork so that V8 and libuv survive in the child.
#pragma once
#include <vector>

#include "sys.h"

namespace repair {

/** V8 marks its mappings MADV_DONTFORK (nodejs/node#48523); this takes the mark from every mapping, new ones too. */
sys::Failure inheritMappings();
struct CodeRange {
  uint64_t start;
  uint64_t end;
};
/** The executable anonymous mappings outside V8's range for JavaScript, and the space that V8 will use after them. */
sys::Failure findWasmCode(uintptr_t jsCode, size_t jsCodeBytes, CodeRange& into);
/** From now on io_uring_setup(2) answers ENOSYS, and libuv changes its epoll set by epoll_ctl(2). */
sys::Failure forbidIoUring();
/** Numbers of all eventfds: V8's and libuv's wake-ups, which a child must not share with its parent. */
sys::Failure findEventFds(std::vector<int>& into);
/** In the child: a fresh eventfd under each of those numbers, except `ownFd`, which the loop has just made. */
sys::Failure replaceEventFds(const std::vector<int>& numbers, int ownFd);

}  // namespace repair
