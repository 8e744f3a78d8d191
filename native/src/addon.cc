// The addon's table of contents.
#include <napi.h>

#include "control.h"
#if __has_include("data/data.h")
#include "data/data.h"
#endif

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  exportControlPlane(env, exports);
#if __has_include("data/data.h")
  exportDataPlane(env, exports);
#endif
  return exports;
}

NODE_API_MODULE(wasmctr, init)
