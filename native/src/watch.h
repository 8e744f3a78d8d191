// Readable descriptors on Node's own event loop. libuv's polling rather than a thread a child: a pidfd and a socket
// each cost one epoll entry.
#pragma once
#include <napi.h>

Napi::Value watchFd(const Napi::CallbackInfo& info);
