// The exports for what a container is given.
#pragma once
#include <napi.h>

void exportGrants(Napi::Env env, Napi::Object exports);
