;; Writes to a stream that it has dropped.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "drop-out" (func $drop-out (param i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (data (i32.const 1024) "hello\n")
  (func (export "run") (result i32) (local $out i32)
    (local.set $out (call $get-stdout))
    (call $drop-out (local.get $out))
    (call $print (local.get $out) (i32.const 1024) (i32.const 6) (i32.const 16))
    (i32.const 0)))
