// The control plane's exports (native/control.ts).
#pragma once
#include <napi.h>

#include "fork.h"

void exportControlPlane(Napi::Env env, Napi::Object exports);

/** In the child: kept until its plan comes. */
void keepSelf(forking::Forked& forked);
