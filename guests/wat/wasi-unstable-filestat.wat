;; Reads the filestat of "ten" in the layout of wasi_unstable: 56 bytes, nlink is a u32 at 20, size at 24.
;; Exits with 0 when the size is 10 and nothing is written past byte 56; else with a number.
(module
  (import "wasi_unstable" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "ten")
  (func (export "_start")
    (i64.store (i32.const 120) (i64.const 0x5555555555555555))
    (if (call $stat (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 64))
      (then (call $proc_exit (i32.const 1))))
    (if (i32.ne (i32.load8_u (i32.const 80)) (i32.const 4)) (then (call $proc_exit (i32.const 2))))
    (if (i32.ne (i32.load (i32.const 84)) (i32.const 1)) (then (call $proc_exit (i32.const 3))))
    (if (i64.ne (i64.load (i32.const 88)) (i64.const 10)) (then (call $proc_exit (i32.const 4))))
    (if (i64.ne (i64.load (i32.const 120)) (i64.const 0x5555555555555555)) (then (call $proc_exit (i32.const 5))))
    (call $proc_exit (i32.const 0))))
