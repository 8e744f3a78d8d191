;; Drops handle -1.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "drop-out" (func $drop-out (param i32)))
  (func (export "run") (result i32)
    (call $drop-out (i32.const -1))
    (i32.const 0)))
