;; Opens "ten" in the first preopen and seeks with the whence values of wasi_unstable (cur 0, end 1, set 2).
;; Exits with 0 when END-1 is 9, then CUR-4 is 5, then SET 3 is 3; else with the number of the step.
(module
  (import "wasi_unstable" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "ten")
  (func $check (param $offset i64) (param $whence i32) (param $expected i64) (param $step i32)
    (if (call $fd_seek (i32.load (i32.const 16)) (local.get $offset) (local.get $whence) (i32.const 24))
      (then (call $proc_exit (local.get $step))))
    (if (i64.ne (i64.load (i32.const 24)) (local.get $expected))
      (then (call $proc_exit (i32.add (local.get $step) (i32.const 10))))))
  (func (export "_start")
    (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 0)
          (i64.const 38) (i64.const 0) (i32.const 0) (i32.const 16))
      (then (call $proc_exit (i32.const 1))))
    (call $check (i64.const -1) (i32.const 1) (i64.const 9) (i32.const 2))
    (call $check (i64.const -4) (i32.const 0) (i64.const 5) (i32.const 3))
    (call $check (i64.const 3) (i32.const 2) (i64.const 3) (i32.const 4))
    (call $proc_exit (i32.const 0))))
