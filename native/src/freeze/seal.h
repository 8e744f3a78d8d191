// An image is read again once, when it has been written; from then on its seal tells whether anybody changed it.
#pragma once
#include <string>

#include "../sys.h"

namespace freeze {

/** EBADMSG when the image is not what was written. */
sys::Failure sealImage(int imageFd, std::string& seal);

}  // namespace freeze
