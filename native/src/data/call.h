// What every data-plane call shares: its arguments and its result.
#pragma once
#include <node.h>
#include <node_api.h>
#include <v8.h>

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>

#include "memory.h"

namespace data {

// V8's own callbacks, not Node-API: 10 to 40 ns less for each call, and Node is pinned to one version.
using Info = v8::FunctionCallbackInfo<v8::Value>;

// Arguments are checked although TypeScript made them: a guest chooses the types of its imports, and a BigInt taken for
// a number would be read as one here.

/** A small integer stands in the handle itself: no call into V8 for what nearly all numbers are. */
inline bool smallInteger(v8::Local<v8::Value> value, int& result) {
  using v8::internal::Internals;
  const auto word = v8::internal::ValueHelper::ValueAsAddress(*value);
  if (Internals::HasHeapObjectTag(word)) return false;
  result = Internals::SmiValue(word);
  return true;
}

/** -1 for what is no 32-bit integer: the kernel answers EBADF or EINVAL. */
inline int integer(const Info& info, int index) {
  const v8::Local<v8::Value> value = info[index];
  int small;
  if (smallInteger(value, small)) return small;
  return value->IsInt32() ? value.As<v8::Int32>()->Value() : -1;
}

inline double number(const Info& info, int index) {
  const v8::Local<v8::Value> value = info[index];
  int small;
  if (smallInteger(value, small)) return small;
  return value->IsNumber() ? value.As<v8::Number>()->Value() : std::nan("");
}

/** The bytes of an ArrayBuffer, shared or not. */
inline Memory memory(const Info& info, int index) {
  const v8::Local<v8::Value> value = info[index];
  const auto bytesOf = [](auto buffer) { return Memory(static_cast<uint8_t*>(buffer->Data()), buffer->ByteLength()); };
  if (value->IsArrayBuffer()) return bytesOf(value.As<v8::ArrayBuffer>());
  if (value->IsSharedArrayBuffer()) return bytesOf(value.As<v8::SharedArrayBuffer>());
  return Memory(nullptr, 0);
}

/** All 64 bits of a BigInt, signed or not. */
inline uint64_t wide(const Info& info, int index) {
  const v8::Local<v8::Value> value = info[index];
  return value->IsBigInt() ? value.As<v8::BigInt>()->Uint64Value() : UINT64_MAX;
}

inline void answer(const Info& info, int64_t result) {
  if (result >= INT32_MIN && result <= INT32_MAX)
    info.GetReturnValue().Set(static_cast<int32_t>(result));
  else
    info.GetReturnValue().Set(static_cast<double>(result));
}

/** The result of a system call as the seam wants it. */
inline int64_t outcome(int64_t result) {
  return result < 0 ? -errno : result;
}

/** A named function of the seam. */
struct Export {
  const char* name;
  v8::FunctionCallback call;
};

inline void exportCalls(napi_env env, napi_value exports, std::span<const Export> calls) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  const v8::Local<v8::Context> context = isolate->GetCurrentContext();
  for (const auto& [name, call] : calls) {
    const v8::Local<v8::Value> function =
        v8::Function::New(context, call, {}, 0, v8::ConstructorBehavior::kThrow).ToLocalChecked();
    // Node-API defines its values as V8's handles.
    napi_value value;
    static_assert(sizeof value == sizeof function);
    memcpy(&value, &function, sizeof value);
    napi_set_named_property(env, exports, name, value);
  }
}

}  // namespace data
