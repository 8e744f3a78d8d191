;; Prints a line, and its run gives an error.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (data (i32.const 1024) "hello\n")
  (func (export "run") (result i32)
    (call $print (call $get-stdout) (i32.const 1024) (i32.const 6) (i32.const 16))
    (return (i32.const 1))
    (i32.const 0)))
