#pragma once
#include <napi.h>

void exportFreezer(Napi::Env env, Napi::Object exports);
