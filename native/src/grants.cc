// What a supervisor makes for a container before it has its plan: descriptors of files, mounts and sockets, and facts
// about the kernel (the second part of native/control.ts).
#include "grants.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <v8-isolate.h>

#include <algorithm>
#include <vector>

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

sys::Failure writeAt(int fd, const void* bytes, size_t length, uint64_t offset) {
  for (size_t done = 0; done < length;) {
    const char* rest = static_cast<const char*>(bytes) + done;
    ssize_t n = sys::retry([&] { return pwrite(fd, rest, length - done, static_cast<off_t>(offset + done)); });
    if (n < 0) return sys::failure("pwrite");
    done += static_cast<size_t>(n);
  }
  return {};
}

Napi::Value memfd(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto bytes = info[1].As<Napi::Uint8Array>();
  sys::OwnFd fd(memfd_create(info[0].As<Napi::String>().Utf8Value().c_str(), MFD_CLOEXEC));
  if (!fd.valid()) convert::throwFailure(env, "memfd", sys::failure("memfd_create"));
  check(env, "memfd", writeAt(fd.get(), bytes.Data(), bytes.ByteLength(), 0));
  return ownedNumber(env, fd);
}

/** Reads and writes, not sendfile(2): it must do for every file system. */
sys::Failure copyTo(int to, int from, uint64_t length) {
  constexpr size_t kPieceBytes = 256 * 1024;
  std::vector<char> piece(kPieceBytes);
  for (uint64_t done = 0; done < length;) {
    size_t wanted = std::min<uint64_t>(kPieceBytes, length - done);
    ssize_t got = sys::retry([&] { return pread(from, piece.data(), wanted, static_cast<off_t>(done)); });
    if (got < 0) return sys::failure("pread");
    if (got == 0) return {"pread", ENODATA};
    if (auto failure = writeAt(to, piece.data(), static_cast<size_t>(got), done); failure.failed()) return failure;
    done += static_cast<uint64_t>(got);
  }
  return {};
}

Napi::Value sealedCopy(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto length = static_cast<uint64_t>(info[2].As<Napi::Number>().Int64Value());
  sys::OwnFd fd(memfd_create(info[0].As<Napi::String>().Utf8Value().c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid()) convert::throwFailure(env, "memfd", sys::failure("memfd_create"));
  check(env, "memfd", copyTo(fd.get(), argument(info, 1), length));
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals) < 0) convert::throwFailure(env, "memfd", sys::failure("fcntl"));
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
  value("sealedCopy", sealedCopy);
  value("cloneTree", cloneTree);
  value("tmpfs", tmpfs);
  value("idmapNamespace", idmapNamespace);
  value("listenTcp", listenTcp);
  value("wasmCodeRange", wasmCodeRange);
  value("hasOpenat2", hasOpenat2);
  value("landlockAbi", landlockAbi);
}
