// Net plane of the addon (native/net.ts): what a broker does with sockets; count or -errno as the result.
#pragma once
#include <node_api.h>

void exportNetPlane(napi_env env, napi_value exports);
