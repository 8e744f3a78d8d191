;; Gives poll more handles than memory holds: their number times four is beyond 32 bits.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "timer" (func $timer (param i64) (result i32)))
  (import "host" "poll" (func $poll (param i32 i32 i32)))
  (func (export "run") (result i32)
    (drop (call $timer (i64.const 0)))
    (call $poll (i32.const 1024) (i32.const 0x40000001) (i32.const 16))
    (i32.const 0)))
