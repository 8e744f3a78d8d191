;; Imports what programs for Emscripten's JavaScript runtime import, besides some WASI.
(module
  (import "env" "emscripten_resize_heap" (func (param i32) (result i32)))
  (import "env" "_emscripten_memcpy_js" (func (param i32 i32 i32)))
  (import "env" "__syscall_openat" (func (param i32 i32 i32 i32) (result i32)))
  (import "env" "invoke_vii" (func (param i32 i32 i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (table (export "__indirect_function_table") 1 funcref)
  (func (export "__wasm_call_ctors"))
  (func (export "main") (param i32 i32) (result i32) (i32.const 0)))
