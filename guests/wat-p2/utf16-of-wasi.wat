;; Has the arguments given as utf16.
(component
  (import "wasi:cli/environment@0.2.6" (instance $environment (export "get-arguments" (func (result (list string))))))
  (core module $libc
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $libc (instantiate $libc))
  (core func $arguments (canon lower (func $environment "get-arguments")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")) string-encoding=utf16))
  (core module $guest
    (import "" "arguments" (func $arguments (param i32)))
    (func (export "run") (result i32) (call $arguments (i32.const 16)) (i32.const 0)))
  (core instance $guest (instantiate $guest (with "" (instance (export "arguments" (func $arguments))))))
  (func $run (result (result)) (canon lift (core func $guest "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
