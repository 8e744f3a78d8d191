// Data plane of the addon (native/data.ts): one crossing per WASI call, count or -errno as the result.
#pragma once
#include <node_api.h>

void exportDataPlane(napi_env env, napi_value exports);
