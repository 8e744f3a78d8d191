// Listening sockets for guests that can only accept (WASI 0.1 has no socket, bind or listen).
#pragma once
#include <string>

#include "sys.h"

namespace listening {

sys::Failure tcp(const std::string& address, uint16_t port, int backlog, sys::OwnFd& into);

}  // namespace listening
