;; Polls 5000 timers, of which the one at place 4321 is over at once, and prints hello if that is the answer.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "timer" (func $timer (param i64) (result i32)))
  (import "host" "poll" (func $poll (param i32 i32 i32)))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (import "host" "drop-pollable" (func $drop-pollable (param i32)))
  (data (i32.const 1024) "hello\n")
  (func (export "run") (result i32) (local $index i32)
    (loop $more
      (i32.store (i32.add (i32.const 4096) (i32.mul (local.get $index) (i32.const 4)))
        (call $timer (select (i64.const 0) (i64.const 60000000000) (i32.eq (local.get $index) (i32.const 4321)))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $index) (i32.const 5000))))
    (call $poll (i32.const 4096) (i32.const 5000) (i32.const 16))
    (if (i32.ne (i32.load (i32.const 20)) (i32.const 1)) (then (unreachable)))
    (if (i32.ne (i32.load (i32.load (i32.const 16))) (i32.const 4321)) (then (unreachable)))
    (loop $drop
      (local.set $index (i32.sub (local.get $index) (i32.const 1)))
      (call $drop-pollable (i32.load (i32.add (i32.const 4096) (i32.mul (local.get $index) (i32.const 4)))))
      (br_if $drop (local.get $index)))
    (call $print (call $get-stdout) (i32.const 1024) (i32.const 6) (i32.const 16))
    (i32.const 0)))
