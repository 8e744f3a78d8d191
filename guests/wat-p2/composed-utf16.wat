;; One component gives another a string, which that one wants as UTF-16.
(component
  (component $provider
    (core module $guest
      (memory (export "memory") 1)
      (data (i32.const 16) "abc")
      (func (export "name") (result i32)
        (i32.store (i32.const 0) (i32.const 16))
        (i32.store (i32.const 4) (i32.const 3))
        (i32.const 0)))
    (core instance $guest (instantiate $guest))
    (func (export "name") (result string)
      (canon lift (core func $guest "name") (memory (core memory $guest "memory")))))
  (component $consumer
    (import "name" (func $name (result string)))
    (core module $libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $libc (instantiate $libc))
    (core func $name (canon lower (func $name)
      (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=utf16))
    (core module $guest
      (import "" "name" (func $name (param i32)))
      (func (export "run") (result i32) (call $name (i32.const 0)) (i32.const 0)))
    (core instance $guest (instantiate $guest (with "" (instance (export "name" (func $name))))))
    (func $run (result (result)) (canon lift (core func $guest "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))
  (instance $provided (instantiate $provider))
  (instance $consumed (instantiate $consumer (with "name" (func $provided "name"))))
  (export "wasi:cli/run@0.2.0" (instance $consumed "wasi:cli/run@0.2.0")))
