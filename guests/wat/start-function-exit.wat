;; Its start function exits with 9 at instantiation.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func $leave (call $proc_exit (i32.const 9)))
  (func (export "_start"))
  (start $leave))
