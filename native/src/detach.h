// What work in the background needs: a process that nobody waits for, a lock, and what the machine is (native/code.ts).
#pragma once
#include <napi.h>

void exportDetach(Napi::Env env, Napi::Object exports);
