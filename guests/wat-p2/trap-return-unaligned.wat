;; Wants its result, which has 64-bit numbers, written at an address that is no multiple of eight.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "check-write" (func $check-write (param i32 i32)))
  (func (export "run") (result i32)
    (call $check-write (call $get-stdout) (i32.const 20))
    (i32.const 0)))
