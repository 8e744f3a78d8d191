;; Its realloc traps.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "libc" "table" (table 1 funcref))
  (import "host" "random" (func $random (param i64 i32)))
  (elem (i32.const 0) $realloc)
  (func $realloc (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (unreachable))
  (func (export "run") (result i32)
    (call $random (i64.const 64) (i32.const 16))
    (i32.const 0)))
