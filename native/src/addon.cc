// The addon's table of contents, in the order of native/native.ts.
#include <napi.h>

#include "control.h"
#include "data/data.h"
#include "probe.h"

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  exportControlPlane(env, exports);
  exportProbe(env, exports);
  exportDataPlane(env, exports);
  return exports;
}

NODE_API_MODULE(wasmctr, init)
