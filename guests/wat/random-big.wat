;; Fills 64 MiB with random bytes in one call; exits with 0 when the last kilobyte is not all zero, else with 1.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1024)
  (func (export "_start") (local $at i32)
    (if (call $random (i32.const 0) (i32.const 67108864)) (then (call $proc_exit (i32.const 2))))
    (local.set $at (i32.const 67107840))
    (loop $look
      (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then (call $proc_exit (i32.const 0))))
      (br_if $look (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 67108864))))
    (call $proc_exit (i32.const 1))))
