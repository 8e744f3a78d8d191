// JavaScript ⇄ plain structs, for the control plane. With addon.cc, control.cc and watch.cc the only users of napi.h.
#pragma once
#include <napi.h>

#include "fork.h"
#include "mounts.h"
#include "plan.h"
#include "process.h"

namespace convert {

/** Throws what native/native.ts calls NativeError. */
[[noreturn]] void throwFailure(Napi::Env env, const char* stage, sys::Failure failure);
inline void check(Napi::Env env, const char* stage, sys::Failure failure) {
  if (failure.failed()) throwFailure(env, stage, failure);
}

int32_t integer(const Napi::Object& from, const char* name);
std::vector<std::string> strings(const Napi::Array& from);
int32_t argument(const Napi::CallbackInfo& info, size_t index);
SandboxPlan plan(const Napi::Object& from);
forking::Request forkRequest(const Napi::Object& from);
mounts::CloneOptions cloneOptions(const Napi::Object& from);
mounts::TmpfsOptions tmpfsOptions(const Napi::Object& from);
Napi::Object exitStatus(Napi::Env env, const process::Status& status);

}  // namespace convert
