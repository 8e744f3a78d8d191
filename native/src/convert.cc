#include "convert.h"

#include <cstring>

namespace convert {
namespace {

/** Every field is required: what is missing or of another type is a bug of the caller, said by name. */
double number(const Napi::Object& from, const char* name) {
  Napi::Value value = from.Get(name);
  if (!value.IsNumber()) throw Napi::TypeError::New(from.Env(), std::string(name) + " must be a number");
  return value.As<Napi::Number>().DoubleValue();
}

uint32_t u32(const Napi::Object& from, const char* name) {
  return static_cast<uint32_t>(number(from, name));
}

uint64_t u64(const Napi::Object& from, const char* name) {
  double value = number(from, name);
  // Infinity is RLIM_INFINITY; a double can't hold it.
  return value >= 0x1p64 ? UINT64_MAX : static_cast<uint64_t>(value);
}

std::string text(const Napi::Object& from, const char* name) {
  Napi::Value value = from.Get(name);
  if (!value.IsString()) throw Napi::TypeError::New(from.Env(), std::string(name) + " must be a string");
  return value.As<Napi::String>().Utf8Value();
}

template <typename Item>
auto list(const Napi::Object& from, const char* name, Item item) {
  Napi::Value value = from.Get(name);
  if (!value.IsArray()) throw Napi::TypeError::New(from.Env(), std::string(name) + " must be an array");
  auto array = value.As<Napi::Array>();
  std::vector<decltype(item(Napi::Value()))> items;
  for (uint32_t i = 0; i < array.Length(); i++) items.push_back(item(array.Get(i)));
  return items;
}

uint32_t fdIndex(Napi::Value value) {
  return value.As<Napi::Number>().Uint32Value();
}

}  // namespace

void throwFailure(Napi::Env env, const char* stage, sys::Failure failure) {
  const char* name = strerrorname_np(failure.error);
  std::string code = name ? name : "EIO";
  Napi::Error error = Napi::Error::New(env, std::string(failure.call) + ": " + code);
  error.Set("code", Napi::String::New(env, code));
  error.Set("errno", Napi::Number::New(env, failure.error));
  error.Set("syscall", Napi::String::New(env, failure.call));
  error.Set("stage", Napi::String::New(env, stage));
  throw error;
}

int32_t integer(const Napi::Object& from, const char* name) {
  return static_cast<int32_t>(number(from, name));
}

int32_t argument(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsNumber()) throw Napi::TypeError::New(info.Env(), "a number was expected");
  return info[index].As<Napi::Number>().Int32Value();
}

SandboxPlan plan(const Napi::Object& from) {
  SandboxPlan p;
  p.cgroupTasks = list(from, "cgroupTasks", fdIndex);
  p.joinNamespaces = list(from, "joinNamespaces", [](Napi::Value v) {
    auto o = v.As<Napi::Object>();
    return NamespaceJoin{u32(o, "fd"), u32(o, "type")};
  });
  p.unshareFlags = u32(from, "unshareFlags");
  p.uidMap = text(from, "uidMap");
  p.gidMap = text(from, "gidMap");
  p.uid = static_cast<int64_t>(number(from, "uid"));
  p.gid = static_cast<int64_t>(number(from, "gid"));
  p.hostname = text(from, "hostname");
  p.emptyRoot = u32(from, "emptyRoot");
  p.dropCapabilities = u32(from, "dropCapabilities");
  p.noNewPrivs = u32(from, "noNewPrivs");
  p.landlockFs = u64(from, "landlockFs");
  p.landlockNet = u64(from, "landlockNet");
  p.landlockScope = u64(from, "landlockScope");
  p.landlockPaths = list(from, "landlockPaths", [](Napi::Value v) {
    auto o = v.As<Napi::Object>();
    return LandlockPathRule{u32(o, "fd"), u64(o, "access")};
  });
  p.landlockPorts = list(from, "landlockPorts", [](Napi::Value v) {
    auto o = v.As<Napi::Object>();
    return LandlockPortRule{u32(o, "port"), u64(o, "access")};
  });
  p.keepFds = list(from, "keepFds", fdIndex);
  p.rlimits = list(from, "rlimits", [](Napi::Value v) {
    auto o = v.As<Napi::Object>();
    return ResourceLimit{u32(o, "resource"), u64(o, "soft"), u64(o, "hard")};
  });
  auto seccomp = from.Get("seccomp").As<Napi::Uint8Array>();
  p.seccomp.assign(seccomp.Data(), seccomp.Data() + seccomp.ByteLength());
  p.seccompNotify = u32(from, "seccompNotify");
  return p;
}

std::vector<std::string> strings(const Napi::Array& from) {
  std::vector<std::string> result;
  for (uint32_t i = 0; i < from.Length(); i++) result.push_back(from.Get(i).As<Napi::String>().Utf8Value());
  return result;
}

forking::Request forkRequest(const Napi::Object& from) {
  return {u64(from, "cloneFlags"),     integer(from, "cgroupFd"),  u32(from, "aheadFlags"),
          u32(from, "aheadRoot") != 0, integer(from, "controlFd"), u32(from, "turnsLoop") != 0};
}

mounts::CloneOptions cloneOptions(const Napi::Object& from) {
  return {u32(from, "recursive") != 0, u64(from, "attributes"), integer(from, "usernsFd")};
}

mounts::TmpfsOptions tmpfsOptions(const Napi::Object& from) {
  return {u64(from, "sizeBytes"), u64(from, "inodes"), u32(from, "uid"), u32(from, "gid"), text(from, "mode")};
}

Napi::Object exitStatus(Napi::Env env, const process::Status& status) {
  auto us = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec); };
  Napi::Object o = Napi::Object::New(env);
  o.Set("code", status.code);
  o.Set("signal", status.signal);
  o.Set("userUs", us(status.usage.ru_utime));
  o.Set("systemUs", us(status.usage.ru_stime));
  o.Set("maxRssBytes", static_cast<double>(status.usage.ru_maxrss) * 1024);
  o.Set("minorFaults", static_cast<double>(status.usage.ru_minflt));
  o.Set("majorFaults", static_cast<double>(status.usage.ru_majflt));
  o.Set("voluntarySwitches", static_cast<double>(status.usage.ru_nvcsw));
  o.Set("involuntarySwitches", static_cast<double>(status.usage.ru_nivcsw));
  return o;
}

}  // namespace convert
