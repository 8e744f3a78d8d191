#include "code.h"

#include <v8-isolate.h>
#include <v8-wasm.h>

#include <cstring>
#include <memory>
#include <variant>

namespace {

// A napi_value is a v8::Local in Node's own implementation; Node-API has no call for what is needed here.
static_assert(sizeof(v8::Local<v8::Value>) == sizeof(napi_value));

v8::Local<v8::Value> toLocal(napi_value value) {
  v8::Local<v8::Value> local;
  memcpy(static_cast<void*>(&local), &value, sizeof value);
  return local;
}

napi_value fromLocal(v8::Local<v8::Value> local) {
  napi_value value;
  memcpy(&value, static_cast<const void*>(&local), sizeof value);
  return value;
}

/** What V8 made of a module; it may also come later, when nobody waits any more. */
struct Compiled {
  bool isWaiting = true;
  bool isModule = false;
  bool usedCode = false;
  napi_value value = nullptr;
};

Napi::Value compileWithCode(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto module = info[0].As<Napi::Uint8Array>();
  auto code = info[1].As<Napi::Uint8Array>();
  auto compiled = std::make_shared<Compiled>();
  v8::WasmModuleCompilation compilation;
  compilation.SetHasCompiledModuleBytes();
  compilation.OnBytesReceived(module.Data(), module.ByteLength());
  compilation.Finish(
      v8::Isolate::GetCurrent(),
      [&](v8::WasmStreaming::ModuleCachingInterface& caching) {
        compiled->usedCode = caching.SetCachedCompiledModuleBytes({code.Data(), code.ByteLength()});
      },
      [compiled](std::variant<v8::Local<v8::WasmModuleObject>, v8::Local<v8::Value>> result) {
        if (!compiled->isWaiting) return;
        auto* object = std::get_if<v8::Local<v8::WasmModuleObject>>(&result);
        compiled->isModule = object != nullptr;
        compiled->value = fromLocal(object ? object->As<v8::Value>() : std::get<v8::Local<v8::Value>>(result));
      });
  compiled->isWaiting = false;
  // Refused code leaves V8 compiling by itself, and that module may fail or come too late: the caller compiles again.
  return compiled->usedCode && compiled->isModule ? Napi::Value(env, compiled->value) : env.Null();
}

Napi::Value serializeCode(const Napi::CallbackInfo& info) {
  auto module = toLocal(info[0]);
  if (!module->IsWasmModuleObject()) throw Napi::TypeError::New(info.Env(), "expected a WebAssembly.Module");
  v8::OwnedBuffer code = module.As<v8::WasmModuleObject>()->GetCompiledModule().Serialize();
  auto result = Napi::Uint8Array::New(info.Env(), code.size);
  if (code.size > 0) memcpy(result.Data(), code.buffer.get(), code.size);
  return result;
}

}  // namespace

void exportCode(Napi::Env env, Napi::Object exports) {
  exports.Set("compileWithCode", Napi::Function::New(env, compileWithCode, "compileWithCode"));
  exports.Set("serializeCode", Napi::Function::New(env, serializeCode, "serializeCode"));
}
