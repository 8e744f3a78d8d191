;; Asks for a name that is not UTF-8.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "instance-network" (func $instance-network (result i32)))
  (import "host" "resolve" (func $resolve (param i32 i32 i32 i32)))
  (data (i32.const 1024) "a\ff\feb")
  (func (export "run") (result i32)
    (call $resolve (call $instance-network) (i32.const 1024) (i32.const 4) (i32.const 16))
    (i32.const 0)))
