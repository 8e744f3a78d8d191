// The addon's table of contents, in the order of native/native.ts.
#include <napi.h>

#include "code.h"
#include "control.h"
#include "data/data.h"
#include "detach.h"
#include "digest.h"
#include "freezer.h"
#include "grants.h"
#include "net/net.h"
#include "probe.h"
#include "test-hooks.h"

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  exportControlPlane(env, exports);
  exportGrants(env, exports);
  exportDigest(env, exports);
  exportProbe(env, exports);
  exportFreezer(env, exports);
  exportDataPlane(env, exports);
  exportNetPlane(env, exports);
  exportCode(env, exports);
  exportDetach(env, exports);
#ifdef WASMCTR_TEST_HOOKS
  exportTestHooks(env, exports);
#endif
  return exports;
}

NODE_API_MODULE(wasmctr, init)
