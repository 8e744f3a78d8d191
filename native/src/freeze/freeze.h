// Freezes a copy of this process into an image.
#pragma once
#include <string>
#include <vector>

#include "../sys.h"
#include "image.h"

struct uv_loop_s;

namespace freeze {

struct Request {
  int imageFd;
  /** Holds a FrozenIdentity. */
  int identityFd;
  /** Compared at each start, besides those that are mapped. */
  std::vector<std::string> files;
  /** The code of this mapped file is mapped from the copy, which has it at the same offsets. */
  std::string textOf, textCopy;
};

struct Outcome {
  /** In a process that was restored from the image, now and whenever the image is used. */
  bool restored = false;
  FrozenStart start{};
};

/**
 * Forks; the child becomes single-threaded, writes itself to `imageFd` and ends. Returns once here, and once in each
 * process that is restored.
 */
sys::Failure freezeCopy(const Request& request, uv_loop_s* loop, Outcome& out);

/**
 * The numbers of V8's and libuv's eventfds in a process that came from an image; empty in every other. A search there
 * would find the caller's too.
 */
const std::vector<int>& restoredWakeUps();

/** In a late supervisor: the caller's signals come, those that wait among them. */
void allowSignals();

/** In a process that came from an image: what CLONE_CLEAR_SIGHAND does. */
void dropRestoredHandlers();

}  // namespace freeze
