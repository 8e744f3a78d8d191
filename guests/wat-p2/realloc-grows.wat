;; Its realloc moves memory by growing it, and prints the bytes that arrive there: its arguments.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "libc" "table" (table 1 funcref))
  (import "host" "arguments" (func $arguments (param i32)))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (global $next (mut i32) (i32.const 0))
  (elem (i32.const 0) $realloc)
  (func $realloc (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (global.set $next (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))
    (global.get $next))
  (func (export "run") (result i32) (local $pair i32)
    (call $arguments (i32.const 16))
    ;; The second argument: its address and length are the second pair of the list.
    (local.set $pair (i32.add (i32.load (i32.const 16)) (i32.const 8)))
    (call $print (call $get-stdout) (i32.load (local.get $pair)) (i32.load offset=4 (local.get $pair)) (i32.const 32))
    (i32.const 0)))
