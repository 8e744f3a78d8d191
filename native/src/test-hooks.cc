// What an attacker has who took over the whole process: any system call with any arguments, any address of memory.
#include "test-hooks.h"

#ifdef WASMCTR_TEST_HOOKS
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <semaphore>
#include <thread>

namespace {

std::vector<std::string> order;

uint64_t word(const Napi::Value& value) {
  if (value.IsBigInt()) {
    bool lossless;
    return value.As<Napi::BigInt>().Uint64Value(&lossless);
  }
  if (value.IsTypedArray()) {
    auto array = value.As<Napi::TypedArray>();
    return reinterpret_cast<uint64_t>(static_cast<char*>(array.ArrayBuffer().Data()) + array.ByteOffset());
  }
  return static_cast<uint64_t>(value.As<Napi::Number>().Int64Value());
}

/** rawSyscall(nr, [number | bigint | typed array, …]) → result or -errno. */
Napi::Value rawSyscall(const Napi::CallbackInfo& info) {
  auto list = info[1].As<Napi::Array>();
  uint64_t a[6] = {};
  for (uint32_t i = 0; i < list.Length() && i < 6; i++) a[i] = word(list.Get(i));
  long result = syscall(static_cast<long>(info[0].As<Napi::Number>().Int64Value()), a[0], a[1], a[2], a[3], a[4], a[5]);
  return Napi::Number::New(info.Env(), static_cast<double>(result < 0 ? -errno : result));
}

/**
 * forkCall(nr, args) → pid of a child that makes this one call and exits with 0 or errno; or -errno. In C++ only: V8's
 * newer memory is not inherited by children.
 */
Napi::Value forkCall(const Napi::CallbackInfo& info) {
  auto nr = static_cast<long>(info[0].As<Napi::Number>().Int64Value());
  auto list = info[1].As<Napi::Array>();
  uint64_t a[6] = {};
  for (uint32_t i = 0; i < list.Length() && i < 6; i++) a[i] = word(list.Get(i));
  long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    signal(SIGSEGV, SIG_DFL);
    long result = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
    for (;;) syscall(SYS_exit_group, result < 0 ? errno : 0);
  }
  return Napi::Number::New(info.Env(), static_cast<double>(pid < 0 ? -errno : pid));
}

/** int80(nr) → result of a call by the 32-bit entry, with zeros as arguments. */
Napi::Value int80(const Napi::CallbackInfo& info) {
#if defined(__x86_64__)
  long result = info[0].As<Napi::Number>().Int32Value();
  asm volatile("int $0x80"
               : "+a"(result)
               : "b"(0), "c"(0), "d"(0), "S"(0), "D"(0)
               : "memory", "r8", "r9", "r10", "r11");
  return Napi::Number::New(info.Env(), static_cast<double>(static_cast<int32_t>(result)));
#else
  return Napi::Number::New(info.Env(), -ENOSYS);
#endif
}

Napi::Value addressOf(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), word(info[0]));
}

/** peek(address, length) → a copy of our own memory. */
Napi::Value peek(const Napi::CallbackInfo& info) {
  auto length = static_cast<size_t>(info[1].As<Napi::Number>().Int64Value());
  auto bytes = Napi::Uint8Array::New(info.Env(), length);
  std::memcpy(bytes.Data(), reinterpret_cast<const void*>(word(info[0])), length);
  return bytes;
}

/** call(address): jumps there, as an exploit would. */
void call(const Napi::CallbackInfo& info) {
  reinterpret_cast<void (*)()>(word(info[0]))();
}

void setStageOrder(const Napi::CallbackInfo& info) {
  auto names = info[0].As<Napi::Array>();
  order.clear();
  for (uint32_t i = 0; i < names.Length(); i++) order.push_back(names.Get(i).As<Napi::String>().Utf8Value());
}

std::mutex helperLock;

/** lockInThread(ms): another thread takes a lock, and has it for that long. */
void lockInThread(const Napi::CallbackInfo& info) {
  const std::chrono::milliseconds time(info[0].As<Napi::Number>().Int64Value());
  static std::binary_semaphore isTaken(0);
  std::thread([time] {
    const std::lock_guard guard(helperLock);
    isTaken.release();
    std::this_thread::sleep_for(time);
  }).detach();
  isTaken.acquire();
}

/** Whether that lock is taken. */
Napi::Value isLocked(const Napi::CallbackInfo& info) {
  const std::unique_lock guard(helperLock, std::try_to_lock);
  return Napi::Boolean::New(info.Env(), !guard.owns_lock());
}

}  // namespace

namespace testing {

const std::vector<std::string>& stageOrder() {
  return order;
}

void pauseForever() {
  for (;;) pause();
}

}  // namespace testing

void exportTestHooks(Napi::Env env, Napi::Object exports) {
  exports.Set("rawSyscall", Napi::Function::New(env, rawSyscall));
  exports.Set("forkCall", Napi::Function::New(env, forkCall));
  exports.Set("int80", Napi::Function::New(env, int80));
  exports.Set("addressOf", Napi::Function::New(env, addressOf));
  exports.Set("peek", Napi::Function::New(env, peek));
  exports.Set("call", Napi::Function::New(env, call));
  exports.Set("lockInThread", Napi::Function::New(env, lockInThread));
  exports.Set("isLocked", Napi::Function::New(env, isLocked));
  exports.Set("setStageOrder", Napi::Function::New(env, setStageOrder));
}
#endif
