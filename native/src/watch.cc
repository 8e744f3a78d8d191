#include "watch.h"

#include <uv.h>

namespace {

/** Owned by libuv from init to the close callback. */
struct Watch {
  uv_poll_t handle;
  Napi::FunctionReference callback;
  Napi::AsyncContext context;
  Watch(Napi::Function f) : callback(Napi::Persistent(f)), context(f.Env(), "wasmctr.watch") {}
};

void stop(Watch* watch) {
  auto* handle = reinterpret_cast<uv_handle_t*>(&watch->handle);
  if (uv_is_closing(handle)) return;
  uv_close(handle, [](uv_handle_t* h) { delete static_cast<Watch*>(h->data); });
}

void onEvent(uv_poll_t* handle, int, int) {
  auto* watch = static_cast<Watch*>(handle->data);
  Napi::Env env = watch->callback.Env();
  Napi::HandleScope scope(env);
  try {
    watch->callback.MakeCallback(env.Global(), {}, watch->context);
  } catch (const Napi::Error& error) {
    napi_fatal_exception(env, error.Value());
  }
}

}  // namespace

Napi::Value watchFd(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  uv_loop_t* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  auto* watch = new Watch(info[1].As<Napi::Function>());
  watch->handle.data = watch;
  if (int e = uv_poll_init(loop, &watch->handle, info[0].As<Napi::Number>().Int32Value()); e != 0) {
    delete watch;
    throw Napi::Error::New(env, uv_strerror(e));
  }
  const bool isWritable = info[2].IsBoolean() && info[2].As<Napi::Boolean>();
  uv_poll_start(&watch->handle, isWritable ? UV_WRITABLE : UV_READABLE | UV_DISCONNECT, onEvent);
  auto live = std::make_shared<bool>(true);
  return Napi::Function::New(env, [watch, live](const Napi::CallbackInfo&) {
    if (std::exchange(*live, false)) stop(watch);
  });
}
