;; Imports a WASI function with a signature that it does not have.
(module
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i64 f32) (result f64)))
  (memory (export "memory") 1)
  (func (export "_start") (drop (call $fd_close (i64.const 1) (f32.const 0)))))
