#include "freezer.h"

#include <openssl/rand.h>
#include <time.h>
#include <v8.h>

#include "convert.h"
#include "freeze/freeze.h"
#include "freeze/seal.h"

namespace {

using convert::argument;
using convert::check;

double millisecondsSince(int64_t startedNs) {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec - startedNs) / 1e6;
}

Napi::Value restored(Napi::Env env, const FrozenStart& start) {
  // OpenSSL seeds itself again when the pid changes; two starts can have the same, in two pid namespaces.
  if (RAND_poll() != 1) convert::throwFailure(env, "restore", {"RAND_poll", EIO});
  Napi::Object result = Napi::Object::New(env);
  result.Set("role", "restored");
  result.Set("pid", getpid());
  result.Set("argumentsFd", start.argumentsFd);
  result.Set("openStdio", start.openStdio);
  result.Set("kind", std::string(start.kind));
  result.Set("elapsedMs", millisecondsSince(start.startedNs));
  return result;
}

/** A collection that is half-way would go on in every copy. RequestGarbageCollectionForTesting insists on the flag. */
void collectGarbage() {
  v8::V8::SetFlagsFromString("--expose-gc");
  v8::Isolate::GetCurrent()->RequestGarbageCollectionForTesting(v8::Isolate::kFullGarbageCollection);
  v8::V8::SetFlagsFromString("--no-expose-gc");
}

Napi::Value freezeProcess(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  freeze::Request request{argument(info, 0), argument(info, 1), {}};
  auto files = info[2].As<Napi::Array>();
  for (uint32_t i = 0; i < files.Length(); i++) request.files.push_back(files.Get(i).As<Napi::String>().Utf8Value());
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  collectGarbage();
  freeze::Outcome outcome;
  check(env, "freeze", freeze::freezeCopy(request, loop, outcome));
  if (outcome.restored) return restored(env, outcome.start);
  Napi::Object result = Napi::Object::New(env);
  result.Set("role", "written");
  return result;
}

Napi::Value sealImage(const Napi::CallbackInfo& info) {
  std::string seal;
  check(info.Env(), "seal", freeze::sealImage(argument(info, 0), seal));
  return Napi::String::New(info.Env(), seal);
}

}  // namespace

void exportFreezer(Napi::Env env, Napi::Object exports) {
  exports.Set("freeze", Napi::Function::New(env, freezeProcess, "freeze"));
  exports.Set("sealImage", Napi::Function::New(env, sealImage, "sealImage"));
}
