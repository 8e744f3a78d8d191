;; Calls poll_oneoff with no subscriptions, which would wait forever; exits with the errno (28 is EINVAL).
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (call $proc_exit (call $poll (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 128)))))
