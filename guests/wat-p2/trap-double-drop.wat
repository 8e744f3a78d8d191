;; Drops a stream twice.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "drop-out" (func $drop-out (param i32)))
  (func (export "run") (result i32) (local $out i32)
    (local.set $out (call $get-stdout))
    (call $drop-out (local.get $out))
    (call $drop-out (local.get $out))
    (i32.const 0)))
