#include "control.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include <cstring>
#include <vector>

#include "channel.h"
#include "convert.h"
#include "notify.h"
#include "watch.h"

namespace {

using convert::argument;
using convert::check;

/** One a process: a child is forked once, and holds it until its plan has come. */
stages::Self& ownSelf() {
  static stages::Self self;
  return self;
}

Napi::Value awaitPlan(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  stages::Self& self = ownSelf();
  channel::Delivery delivery;
  if (auto f = channel::receivePlan(self.controlFd, delivery); f.failed())
    stages::reportAndExit(self.controlFd, "plan", f);
  stages::applyAll(delivery, self);
  // As native/delivery.ts reads it.
  std::vector<int32_t> numbers{self.controlFd, static_cast<int32_t>(delivery.fds.size())};
  numbers.insert(numbers.end(), delivery.fds.begin(), delivery.fds.end());
  const size_t headBytes = numbers.size() * sizeof numbers[0];
  auto result = Napi::Uint8Array::New(env, headBytes + delivery.config.size());
  memcpy(result.Data(), numbers.data(), headBytes);
  std::copy(delivery.config.begin(), delivery.config.end(), result.Data() + headBytes);
  return result;
}

Napi::Value forkProcess(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  forking::Request request = convert::forkRequest(info[0].As<Napi::Object>());
  uint32_t steps = forking::kAllSteps;
#ifdef WASMCTR_TEST_HOOKS
  if (info[1].IsNumber()) steps = info[1].As<Napi::Number>().Uint32Value();
#endif
  uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  forking::Forked forked;
  check(env, "clone", forking::forkWarm(request, loop, steps, forked));
  Napi::Object result = Napi::Object::New(env);
  if (forked.pid == 0) {
    keepSelf(forked);
    result.Set("role", "child");
    return result;
  }
  close(request.controlFd);
  result.Set("role", "parent");
  result.Set("pid", forked.pid);
  result.Set("pidfd", forked.pidfd);
  return result;
}

Napi::Value controlPair(const Napi::CallbackInfo& info) {
  int fds[2];
  check(info.Env(), "channel", channel::makePair(fds));
  Napi::Array pair = Napi::Array::New(info.Env(), 2);
  pair.Set(0u, fds[0]);
  pair.Set(1u, fds[1]);
  return pair;
}

void sendPlan(const Napi::CallbackInfo& info) {
  SandboxPlan plan = convert::plan(info[1].As<Napi::Object>());
  auto config = info[2].As<Napi::Uint8Array>();
  auto list = info[3].As<Napi::Array>();
  std::vector<int> fds;
  for (uint32_t i = 0; i < list.Length(); i++) fds.push_back(list.Get(i).As<Napi::Number>().Int32Value());
  check(info.Env(), "channel", channel::sendPlan(argument(info, 0), plan, {config.Data(), config.ByteLength()}, fds));
}

Napi::Value sendMessage(const Napi::CallbackInfo& info) {
  auto bytes = info[1].As<Napi::Uint8Array>();
  // write rather than sendto: one system call less for the filter to allow. SIGPIPE is ignored on both sides.
  ssize_t n = sys::retry([&] { return write(argument(info, 0), bytes.Data(), bytes.ByteLength()); });
  if (n >= 0 || errno == EPIPE || errno == ECONNRESET) return Napi::Boolean::New(info.Env(), n >= 0);
  convert::throwFailure(info.Env(), "channel", sys::failure("write"));
}

Napi::Value receiveMessage(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  static thread_local uint8_t buffer[channel::kMaxMessageBytes];
  // Without room for descriptors: what a container attaches is dropped by the kernel.
  ssize_t n = sys::retry([&] { return recv(argument(info, 0), buffer, sizeof buffer, MSG_DONTWAIT | MSG_TRUNC); });
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return env.Undefined();
  if (n == 0 || (n < 0 && errno == ECONNRESET)) return env.Null();
  if (n < 0) convert::throwFailure(env, "channel", sys::failure("recv"));
  if (static_cast<size_t>(n) > sizeof buffer) convert::throwFailure(env, "channel", {"recv", EMSGSIZE});
  auto bytes = Napi::Uint8Array::New(env, static_cast<size_t>(n));
  std::copy(buffer, buffer + n, bytes.Data());
  return bytes;
}

Napi::Value receiveDescriptor(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  std::vector<uint8_t> message;
  sys::OwnFd fd;
  sys::Failure f = channel::receiveDescriptor(argument(info, 0), message, fd);
  if (f.error == EAGAIN || f.error == EWOULDBLOCK) return env.Undefined();
  if (f.error == ECONNRESET) return env.Null();
  check(env, "channel", f);
  auto bytes = Napi::Uint8Array::New(env, message.size());
  std::copy(message.begin(), message.end(), bytes.Data());
  Napi::Object result = Napi::Object::New(env);
  result.Set("bytes", bytes);
  result.Set("fd", fd.release());
  return result;
}

Napi::Value continueCall(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  notify::Answered answered;
  check(env, "seccomp", notify::continueOne(argument(info, 0), answered));
  if (answered.gone) return env.Null();
  return answered.number < 0 ? env.Undefined() : Napi::Number::New(env, answered.number);
}

Napi::Value reap(const Napi::CallbackInfo& info) {
  process::Status status{};
  check(info.Env(), "wait", process::reap(argument(info, 0), status));
  return status.ended ? convert::exitStatus(info.Env(), status) : info.Env().Undefined();
}

Napi::Value cpuTimeUs(const Napi::CallbackInfo& info) {
  clockid_t clock;
  timespec used{};
  int pid = argument(info, 0);
  // A process that has just ended has used what it has used: the reaper will know.
  if (clock_getcpuclockid(pid, &clock) == 0) clock_gettime(clock, &used);
  return Napi::Number::New(info.Env(),
                           static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3);
}

void killProcess(const Napi::CallbackInfo& info) {
  check(info.Env(), "kill", process::sendSignal(argument(info, 0), argument(info, 1)));
}

void closeFd(const Napi::CallbackInfo& info) {
  close(argument(info, 0));
}

void becomeSubreaper(const Napi::CallbackInfo& info) {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) convert::throwFailure(info.Env(), "subreaper", sys::failure("prctl"));
}

Napi::Value canBecomeOthers(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), process::canBecomeOthers());
}

Napi::Value anyHolds(const Napi::CallbackInfo& info) {
  const bool holds =
      process::anyHolds(convert::strings(info[0].As<Napi::Array>()), convert::strings(info[1].As<Napi::Array>()));
  return Napi::Boolean::New(info.Env(), holds);
}

void exitNow(const Napi::CallbackInfo& info) {
  _exit(argument(info, 0));
}

}  // namespace

void keepSelf(forking::Forked& forked) {
  ownSelf() = std::move(forked.self);
}

void exportControlPlane(Napi::Env env, Napi::Object exports) {
  auto value = [&](const char* name, Napi::Value (*f)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, f, name));
  };
  auto action = [&](const char* name, void (*f)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, f, name));
  };
  value("fork", forkProcess);
  value("canBecomeOthers", canBecomeOthers);
  value("anyHolds", anyHolds);
  value("awaitPlan", awaitPlan);
  value("controlPair", controlPair);
  action("sendPlan", sendPlan);
  value("sendMessage", sendMessage);
  value("receiveMessage", receiveMessage);
  value("receiveDescriptor", receiveDescriptor);
  value("continueCall", continueCall);
  value("watch", watchFd);
  value("reap", reap);
  value("cpuTimeUs", cpuTimeUs);
  action("kill", killProcess);
  action("close", closeFd);
  action("becomeSubreaper", becomeSubreaper);
  action("exitNow", exitNow);
}
