#include "freezer.h"

#include <openssl/rand.h>
#include <time.h>
#include <v8.h>

#include <algorithm>
#include <cstring>

#include "control.h"
#include "convert.h"
#include "freeze/early.h"
#include "freeze/fence.h"
#include "freeze/freeze.h"
#include "freeze/record.h"
#include "freeze/seal.h"

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

freeze::EarlyFork earlyFork(const Napi::Object& from) {
  const auto unless = from.Get("unless").As<Napi::Object>();
  return {convert::strings(unless.Get("files").As<Napi::Array>()),
          convert::strings(unless.Get("words").As<Napi::Array>()),
          convert::forkRequest(from.Get("root").As<Napi::Object>()),
          convert::forkRequest(from.Get("user").As<Napi::Object>())};
}

double kindOf(const FrozenStart& start) {
  if (strcmp(start.kind, "module") == 0) return 0;
  return strcmp(start.kind, "component") == 0 ? 1 : 2;
}

/** As restoredFrom of native/freeze.ts reads it. */
void tell(const FrozenStart& start, const freeze::EarlyForked& early, Napi::Float64Array into) {
  // OpenSSL seeds itself anew before it gives the first byte to a process with another pid (the fork id of its DRBGs).
  // Where the pid is the frozen process's, in another pid namespace, it would not.
  const bool isSeeded = getpid() != frozenPid || RAND_poll() == 1;
  const bool isChild = early.forked.pid == 0;
  const bool isLate = start.role == FROZEN_LATE_SUPERVISOR;
  const double values[] = {
      static_cast<double>(getpid()),
      static_cast<double>(start.argumentsFd),
      static_cast<double>(start.openStdio),
      kindOf(start),
      strcmp(start.network, "network") == 0 ? 1.0 : 0.0,
      millisecondsSince(start.startedNs),
      isSeeded ? 1.0 : 0.0,
      !early.done ? 0.0 : (isChild ? 2.0 : (isLate ? 3.0 : 1.0)),
      static_cast<double>(early.forked.pid),
      static_cast<double>(early.forked.pidfd),
      static_cast<double>(early.controlFd),
      early.byRoot ? 1.0 : 0.0,
      static_cast<double>(start.situationFd),
      static_cast<double>(start.programArgument),
      static_cast<double>(start.keepsCode),
  };
  std::copy_n(values, std::min(std::size(values), into.ElementLength()), into.Data());
}

/**
 * A collection that is half-way, or that a timer has been set for, would go on in every copy.
 * RequestGarbageCollectionForTesting insists on its flag; without incremental marking V8 sets no timer for another.
 */
void collect(v8::Isolate::GarbageCollectionType type) {
  v8::V8::SetFlagsFromString("--expose-gc --no-incremental-marking");
  v8::Isolate::GetCurrent()->RequestGarbageCollectionForTesting(type);
  v8::V8::SetFlagsFromString("--no-expose-gc --incremental-marking");
  // V8 computes a hash of all flags where they were set, and code that is kept is compared by it: once, not in each
  // start.
  v8::ScriptCompiler::CachedDataVersionTag();
}

void collectGarbage(const Napi::CallbackInfo& info) {
  const bool isFull = argument(info, 0) != 0;
  collect(isFull ? v8::Isolate::kFullGarbageCollection : v8::Isolate::kMinorGarbageCollection);
}

void openFence(const Napi::CallbackInfo&) {
  freeze::openFence();
}

void closeFence(const Napi::CallbackInfo& info) {
  const auto from = info[0].As<Napi::Object>();
  bool isExact = false;
  freeze::closeFence({from.Get("start").As<Napi::BigInt>().Uint64Value(&isExact),
                      from.Get("end").As<Napi::BigInt>().Uint64Value(&isExact)});
}

Napi::Value freezeProcess(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto from = info[2].As<Napi::Object>();
  const auto text = from.Get("text").As<Napi::Object>();
  freeze::Request request{argument(info, 0), argument(info, 1), convert::strings(from.Get("files").As<Napi::Array>()),
                          text.Get("of").As<Napi::String>().Utf8Value(),
                          text.Get("copy").As<Napi::String>().Utf8Value()};
  auto told = info[4].As<Napi::Float64Array>();
  freeze::EarlyFork wanted;
  const bool forksEarly = info[3].IsObject();
  if (forksEarly) wanted = earlyFork(info[3].As<Napi::Object>());
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  frozenPid = getpid();
  freeze::Outcome outcome;
  check(env, "freeze", freeze::freezeCopy(request, loop, outcome));
  if (outcome.restored) {
    freeze::EarlyForked early;
    if (forksEarly) early = freeze::forkEarly(wanted, outcome.start, loop);
    tell(outcome.start, early, told);
    if (early.done && early.forked.pid == 0) keepSelf(early.forked);
  }
  return Napi::Boolean::New(env, outcome.restored);
}

void allowSignals(const Napi::CallbackInfo&) {
  freeze::allowSignals();
}

std::vector<freeze::GroupWrite> groupWrites(const Napi::Array& from) {
  std::vector<freeze::GroupWrite> writes;
  for (uint32_t i = 0; i < from.Length(); i++) {
    const auto write = from.Get(i).As<Napi::Object>();
    writes.push_back({static_cast<uint32_t>(convert::integer(write, "group")),
                      write.Get("file").As<Napi::String>().Utf8Value(),
                      write.Get("value").As<Napi::String>().Utf8Value()});
  }
  return writes;
}

std::vector<freeze::GrantedDirectory> directories(const Napi::Array& from) {
  std::vector<freeze::GrantedDirectory> all;
  for (uint32_t i = 0; i < from.Length(); i++) {
    const auto directory = from.Get(i).As<Napi::Object>();
    all.push_back({directory.Get("path").As<Napi::String>().Utf8Value(),
                   static_cast<uint64_t>(convert::integer(directory, "attributes"))});
  }
  return all;
}

std::span<const uint8_t> bytesOf(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.ByteLength()};
}

Napi::Value encodeRecord(const Napi::CallbackInfo& info) {
  const auto from = info[0].As<Napi::Object>();
  const auto number = [&](const char* name) { return from.Get(name).As<Napi::Number>().Int64Value(); };
  const std::vector<uint8_t> record = freeze::encodeRecord({
      .situation = bytesOf(from.Get("situation")),
      .id = static_cast<uint32_t>(number("id")),
      .pid = static_cast<uint32_t>(number("pid")),
      .cloneFlags = static_cast<uint64_t>(number("cloneFlags")),
      .byRoot = number("byRoot") != 0,
      .plan = convert::plan(from.Get("plan").As<Napi::Object>()),
      .config = bytesOf(from.Get("config")),
      .parents = convert::strings(from.Get("parents").As<Napi::Array>()),
      .unified = number("unified"),
      .writes = groupWrites(from.Get("writes").As<Napi::Array>()),
      .givesProgram = number("givesProgram") != 0,
      .files = convert::strings(from.Get("files").As<Napi::Array>()),
      .absent = from.Get("absent").As<Napi::String>().Utf8Value(),
      .directories = directories(from.Get("directories").As<Napi::Array>()),
  });
  auto bytes = Napi::Uint8Array::New(info.Env(), record.size());
  std::copy(record.begin(), record.end(), bytes.Data());
  return bytes;
}

Napi::Value sealImage(const Napi::CallbackInfo& info) {
  std::string seal;
  check(info.Env(), "seal", freeze::sealImage(argument(info, 0), seal));
  return Napi::String::New(info.Env(), seal);
}

}  // namespace

void exportFreezer(Napi::Env env, Napi::Object exports) {
  exports.Set("collectGarbage", Napi::Function::New(env, collectGarbage, "collectGarbage"));
  exports.Set("openFence", Napi::Function::New(env, openFence, "openFence"));
  exports.Set("closeFence", Napi::Function::New(env, closeFence, "closeFence"));
  exports.Set("freeze", Napi::Function::New(env, freezeProcess, "freeze"));
  exports.Set("allowSignals", Napi::Function::New(env, allowSignals, "allowSignals"));
  exports.Set("encodeRecord", Napi::Function::New(env, encodeRecord, "encodeRecord"));
  exports.Set("sealImage", Napi::Function::New(env, sealImage, "sealImage"));
}
