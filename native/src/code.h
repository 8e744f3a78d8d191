// Machine code of WebAssembly modules, kept and taken back by V8's own API (native/code.ts).
#pragma once
#include <napi.h>

void exportCode(Napi::Env env, Napi::Object exports);
