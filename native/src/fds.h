// Descriptors of the child: everything that is not on the keep list is closed (CLOEXEC protects nothing without exec).
#pragma once
#include <vector>

#include "sys.h"

namespace fds {

sys::Failure closeAllBut(std::vector<int> keep);

}  // namespace fds
