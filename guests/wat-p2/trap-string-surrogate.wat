;; Asks for a name with a surrogate, which UTF-8 has no bytes for.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "instance-network" (func $instance-network (result i32)))
  (import "host" "resolve" (func $resolve (param i32 i32 i32 i32)))
  (data (i32.const 1024) "\ed\a0\80")
  (func (export "run") (result i32)
    (call $resolve (call $instance-network) (i32.const 1024) (i32.const 3) (i32.const 16))
    (i32.const 0)))
