// Names for errno: numbers differ between WASI and Linux, names do not.
#pragma once
#include <errno.h>

static inline const char* errnoName(int error) {
#define NAME(code) \
  case code:       \
    return #code
  // clang-format off
  switch (error) {
    NAME(EACCES); NAME(EAGAIN); NAME(EBADF); NAME(EBUSY); NAME(EEXIST); NAME(EFAULT); NAME(EFBIG);
    NAME(EINTR); NAME(EINVAL); NAME(EIO); NAME(EISDIR); NAME(ELOOP); NAME(EMFILE); NAME(EMLINK);
    NAME(ENAMETOOLONG); NAME(ENFILE); NAME(ENODEV); NAME(ENOENT); NAME(ENOMEM); NAME(ENOSPC); NAME(ENOSYS);
    NAME(ENOTCONN); NAME(ENOTDIR); NAME(ENOTEMPTY); NAME(ENOTSOCK); NAME(ENOTSUP); NAME(ENOTTY); NAME(ENXIO);
    NAME(EOVERFLOW); NAME(EPERM); NAME(EPIPE); NAME(EROFS); NAME(ESPIPE); NAME(ETXTBSY); NAME(EXDEV);
    NAME(ECONNRESET); NAME(EILSEQ);
#ifdef ENOTCAPABLE
    NAME(ENOTCAPABLE);
#endif
    case 0: return "OK";
    default: return "E?";
  }
    // clang-format on
#undef NAME
}
