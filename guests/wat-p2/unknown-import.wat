;; Imports a function of a package that no host has.
(component
  (import "acme:missing/store@1.2.3" (instance $store
    (type $entry (record (field "key" string) (field "size" u64)))
    (export "entry" (type $exported (eq $entry)))
    (export "find" (func (param "name" string) (result (option $exported))))))
  (core module $libc
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $libc (instantiate $libc))
  (core func $find (canon lower (func $store "find") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $guest
    (import "host" "find" (func $find (param i32 i32 i32)))
    (func (export "run") (result i32)
      (call $find (i32.const 0) (i32.const 0) (i32.const 16))
      (i32.const 0)))
  (core instance $guest (instantiate $guest (with "host" (instance (export "find" (func $find))))))
  (func $run (result (result)) (canon lift (core func $guest "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
