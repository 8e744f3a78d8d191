;; Imports what wasm-bindgen's generated JavaScript provides.
(module
  (import "./app_bg.js" "__wbg_log_1d3ae0273d8f4f8a" (func (param i32 i32)))
  (import "./app_bg.js" "__wbindgen_throw" (func (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "__wbindgen_start")))
