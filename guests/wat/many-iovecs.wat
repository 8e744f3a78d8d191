;; Writes with 2000 iovecs of one byte in one call, more than the kernel takes at once; exits with the count modulo 256.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "x")
  (func (export "_start") (local $i i32)
    (loop $fill
      (i32.store offset=1024 (i32.shl (local.get $i) (i32.const 3)) (i32.const 0))
      (i32.store offset=1028 (i32.shl (local.get $i) (i32.const 3)) (i32.const 1))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2000))))
    (if (call $fd_write (i32.const 1) (i32.const 1024) (i32.const 2000) (i32.const 8))
      (then (call $proc_exit (i32.const 255))))
    (call $proc_exit (i32.and (i32.load (i32.const 8)) (i32.const 255)))))
