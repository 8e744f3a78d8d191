;; Gives poll a list of handles at an odd address.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "timer" (func $timer (param i64) (result i32)))
  (import "host" "poll" (func $poll (param i32 i32 i32)))
  (func (export "run") (result i32)
    (i32.store (i32.const 1025) (call $timer (i64.const 0)))
    (call $poll (i32.const 1025) (i32.const 1) (i32.const 16))
    (i32.const 0)))
