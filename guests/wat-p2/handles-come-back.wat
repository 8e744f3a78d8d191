;; Makes and drops a hundred thousand timers, then prints hello: numbers of handles are used again.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "timer" (func $timer (param i64) (result i32)))
  (import "host" "drop-pollable" (func $drop-pollable (param i32)))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (data (i32.const 1024) "hello\n")
  (func (export "run") (result i32) (local $count i32) (local $handle i32)
    (loop $more
      (local.set $handle (call $timer (i64.const 0)))
      (if (i32.gt_u (local.get $handle) (i32.const 100)) (then (unreachable)))
      (call $drop-pollable (local.get $handle))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $count) (i32.const 100000))))
    (call $print (call $get-stdout) (i32.const 1024) (i32.const 6) (i32.const 16))
    (i32.const 0)))
