;; Writes a line through an iovec at an odd address, with the count at an odd address; exits with the errno.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 1) "\21\00\00\00\04\00\00\00")
  (data (i32.const 33) "odd\n")
  (func (export "_start")
    (call $proc_exit (call $fd_write (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 101)))))
