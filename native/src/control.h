// The control plane's exports (native/control.ts).
#pragma once
#include <napi.h>

void exportControlPlane(Napi::Env env, Napi::Object exports);
