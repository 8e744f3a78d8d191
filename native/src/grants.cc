// What a supervisor makes for a container before it has its plan: descriptors of files, mounts and sockets, and facts
// about the kernel (the second part of native/control.ts).
#include "grants.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <v8-isolate.h>

#include "convert.h"
#include "listen.h"
#include "mounts.h"
#include "repair.h"

namespace {

using convert::argument;
using convert::check;

Napi::Value ownedNumber(Napi::Env env, sys::OwnFd& fd) {
  return Napi::Number::New(env, fd.release());
}

Napi::Value memfd(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto bytes = info[1].As<Napi::Uint8Array>();
  sys::OwnFd fd(memfd_create(info[0].As<Napi::String>().Utf8Value().c_str(), MFD_CLOEXEC));
  if (!fd.valid()) convert::throwFailure(env, "memfd", sys::failure("memfd_create"));
  for (size_t done = 0; done < bytes.ByteLength();) {
    ssize_t n = sys::retry(
        [&] { return pwrite(fd.get(), bytes.Data() + done, bytes.ByteLength() - done, static_cast<off_t>(done)); });
    if (n < 0) convert::throwFailure(env, "memfd", sys::failure("pwrite"));
    done += static_cast<size_t>(n);
  }
  return ownedNumber(env, fd);
}

Napi::Value cloneTree(const Napi::CallbackInfo& info) {
  sys::OwnFd fd;
  check(info.Env(), "mounts",
        mounts::cloneTree(argument(info, 0), convert::cloneOptions(info[1].As<Napi::Object>()), fd));
  return ownedNumber(info.Env(), fd);
}

Napi::Value tmpfs(const Napi::CallbackInfo& info) {
  sys::OwnFd fd;
  check(info.Env(), "mounts", mounts::makeTmpfs(convert::tmpfsOptions(info[0].As<Napi::Object>()), fd));
  return ownedNumber(info.Env(), fd);
}

Napi::Value idmapNamespace(const Napi::CallbackInfo& info) {
  sys::OwnFd fd;
  auto text = [&](size_t i) { return info[i].As<Napi::String>().Utf8Value(); };
  check(info.Env(), "idmap", mounts::makeIdmap(text(0), text(1), fd));
  return ownedNumber(info.Env(), fd);
}

Napi::Value listenTcp(const Napi::CallbackInfo& info) {
  sys::OwnFd fd;
  auto address = info[0].As<Napi::String>().Utf8Value();
  auto port = static_cast<uint16_t>(argument(info, 1));
  check(info.Env(), "listen", listening::tcp(address, port, argument(info, 2), fd));
  return ownedNumber(info.Env(), fd);
}

Napi::Value wasmCodeRange(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  // V8 chooses it once; an image knows it.
  static repair::CodeRange range{};
  if (range.end == 0) {
    void* jsCode = nullptr;
    size_t jsCodeBytes = 0;
    v8::Isolate::GetCurrent()->GetCodeRange(&jsCode, &jsCodeBytes);
    repair::CodeRange found{};
    check(env, "code range", repair::findWasmCode(reinterpret_cast<uintptr_t>(jsCode), jsCodeBytes, found));
    range = found;
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("start", Napi::BigInt::New(env, range.start));
  result.Set("end", Napi::BigInt::New(env, range.end));
  return result;
}

Napi::Value hasOpenat2(const Napi::CallbackInfo& info) {
  // Without a struct it can only fail; how it fails tells.
  syscall(SYS_openat2, AT_FDCWD, ".", nullptr, 0);
  return Napi::Boolean::New(info.Env(), errno == EINVAL || errno == EFAULT);
}

Napi::Value landlockAbi(const Napi::CallbackInfo& info) {
  constexpr unsigned kVersion = 1;
  long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, kVersion);
  return Napi::Number::New(info.Env(), static_cast<double>(abi < 0 ? 0 : abi));
}

}  // namespace

void exportGrants(Napi::Env env, Napi::Object exports) {
  auto value = [&](const char* name, Napi::Value (*f)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, f, name));
  };
  value("memfd", memfd);
  value("cloneTree", cloneTree);
  value("tmpfs", tmpfs);
  value("idmapNamespace", idmapNamespace);
  value("listenTcp", listenTcp);
  value("wasmCodeRange", wasmCodeRange);
  value("hasOpenat2", hasOpenat2);
  value("landlockAbi", landlockAbi);
}
