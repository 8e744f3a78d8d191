#include "freezer.h"

#include <openssl/rand.h>
#include <time.h>
#include <v8.h>

#include "convert.h"
#include "freeze/freeze.h"
#include "freeze/seal.h"
#include "freeze/training.h"

namespace {

using convert::argument;
using convert::check;

double millisecondsSince(int64_t startedNs) {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec - startedNs) / 1e6;
}

/** Of the process that has warmed up, and in which OpenSSL was seeded: the image is written by a fork of it. */
pid_t frozenPid = 0;

Napi::Value restored(Napi::Env env, const FrozenStart& start) {
  // OpenSSL seeds itself anew before it gives the first byte to a process with another pid (the fork id of its DRBGs).
  // Where the pid is the frozen process's, in another pid namespace, it would not.
  if (getpid() == frozenPid && RAND_poll() != 1) convert::throwFailure(env, "restore", {"RAND_poll", EIO});
  Napi::Object result = Napi::Object::New(env);
  result.Set("role", "restored");
  result.Set("pid", getpid());
  result.Set("argumentsFd", start.argumentsFd);
  result.Set("openStdio", start.openStdio);
  result.Set("kind", std::string(start.kind));
  result.Set("network", std::string(start.network));
  result.Set("elapsedMs", millisecondsSince(start.startedNs));
  return result;
}

/**
 * A collection that is half-way, or that a timer has been set for, would go on in every copy.
 * RequestGarbageCollectionForTesting insists on its flag; without incremental marking V8 sets no timer for another.
 */
void collectGarbage() {
  v8::V8::SetFlagsFromString("--expose-gc --no-incremental-marking");
  v8::Isolate::GetCurrent()->RequestGarbageCollectionForTesting(v8::Isolate::kFullGarbageCollection);
  v8::V8::SetFlagsFromString("--no-expose-gc --incremental-marking");
}

Napi::Value freezeProcess(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  freeze::Request request{argument(info, 0), argument(info, 1), {}};
  auto files = info[2].As<Napi::Array>();
  for (uint32_t i = 0; i < files.Length(); i++) request.files.push_back(files.Get(i).As<Napi::String>().Utf8Value());
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  collectGarbage();
  frozenPid = getpid();
  freeze::Outcome outcome;
  check(env, "freeze", freeze::freezeCopy(request, loop, outcome));
  if (outcome.restored) return restored(env, outcome.start);
  Napi::Object result = Napi::Object::New(env);
  result.Set("role", "written");
  return result;
}

Napi::Value forkTrainee(const Napi::CallbackInfo& info) {
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(info.Env(), &loop);
  bool isTrainee = false;
  check(info.Env(), "rehearse", freeze::forkTrainee(static_cast<freeze::Who>(argument(info, 0) & 1), loop, isTrainee));
  return Napi::Boolean::New(info.Env(), isTrainee);
}

void endTraining(const Napi::CallbackInfo&) {
  freeze::endTraining();
}

Napi::Value sealImage(const Napi::CallbackInfo& info) {
  std::string seal;
  check(info.Env(), "seal", freeze::sealImage(argument(info, 0), seal));
  return Napi::String::New(info.Env(), seal);
}

}  // namespace

void exportFreezer(Napi::Env env, Napi::Object exports) {
  exports.Set("freeze", Napi::Function::New(env, freezeProcess, "freeze"));
  exports.Set("forkTrainee", Napi::Function::New(env, forkTrainee, "forkTrainee"));
  exports.Set("endTraining", Napi::Function::New(env, endTraining, "endTraining"));
  exports.Set("sealImage", Napi::Function::New(env, sealImage, "sealImage"));
}
