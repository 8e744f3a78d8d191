;; A component that is no command: it adds numbers and greets.
(component
  (core module $guest
    (memory (export "memory") 1)
    (data (i32.const 100) "hello, ")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 107))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "greet") (param $at i32) (param $length i32) (result i32)
      (i32.store (i32.const 16) (i32.const 100))
      (i32.store (i32.const 20) (i32.add (local.get $length) (i32.const 7)))
      (i32.const 16))
    (func (export "fail") (result i32) (unreachable)))
  (core instance $guest (instantiate $guest))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $guest "add")))
  (func (export "greet") (param "name" string) (result string)
    (canon lift (core func $guest "greet") (memory (core memory $guest "memory")) (realloc (core func $guest "realloc"))))
  (func (export "fail") (result u32) (canon lift (core func $guest "fail"))))
