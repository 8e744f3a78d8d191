;; Prints while it is made: an import called by a start function, when memory exists and run has not been called.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (data (i32.const 1024) "early\nhello\n")
  (start $start)
  (func $start (call $print (call $get-stdout) (i32.const 1024) (i32.const 6) (i32.const 16)))
  (func (export "run") (result i32)
    (call $print (call $get-stdout) (i32.const 1030) (i32.const 6) (i32.const 16))
    (i32.const 0)))
