;; Has a 64-bit memory and grows it; exits with 0 when the growth worked.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") i64 1)
  (func (export "_start")
    (i64.store (i64.const 8) (i64.const 7))
    (call $proc_exit (i64.eq (memory.grow (i64.const 1)) (i64.const -1)))))
