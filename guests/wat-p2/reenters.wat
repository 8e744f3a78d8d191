;; Calls a component inside of it, which calls it back.
(component
  (component $inner
    (import "back" (func $back (result u32)))
    (core func $back (canon lower (func $back)))
    (core module $guest
      (import "" "back" (func $back (result i32)))
      (func (export "go") (result i32) (call $back)))
    (core instance $guest (instantiate $guest (with "" (instance (export "back" (func $back))))))
    (func (export "go") (result u32) (canon lift (core func $guest "go"))))
  (core module $callee (func (export "back") (result i32) (i32.const 42)))
  (core instance $callee (instantiate $callee))
  (func $back (result u32) (canon lift (core func $callee "back")))
  (instance $inner (instantiate $inner (with "back" (func $back))))
  (core func $go (canon lower (func $inner "go")))
  (core module $guest
    (import "" "go" (func $go (result i32)))
    (func (export "start") (result i32) (call $go)))
  (core instance $guest (instantiate $guest (with "" (instance (export "go" (func $go))))))
  (func (export "start") (result u32) (canon lift (core func $guest "start"))))
