;; Writes a list whose end is beyond 32 bits, and so before its beginning.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (func (export "run") (result i32)
    (call $print (call $get-stdout) (i32.const 0xfffffff0) (i32.const 0x20) (i32.const 16))
    (i32.const 0)))
