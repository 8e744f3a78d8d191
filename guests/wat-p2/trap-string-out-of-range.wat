;; Asks for a name that ends beyond memory.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "instance-network" (func $instance-network (result i32)))
  (import "host" "resolve" (func $resolve (param i32 i32 i32 i32)))
  (func (export "run") (result i32)
    (call $resolve (call $instance-network) (i32.const 131070) (i32.const 100) (i32.const 16))
    (i32.const 0)))
