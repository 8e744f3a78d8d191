;; Exports an asynchronous function.
(component
  (core func $return (canon task.return (result u32)))
  (core module $guest
    (import "" "return" (func $return (param i32)))
    (func (export "answer") (result i32) (call $return (i32.const 42)) (i32.const 0))
    (func (export "callback") (param i32 i32 i32) (result i32) (unreachable)))
  (core instance $guest (instantiate $guest (with "" (instance (export "return" (func $return))))))
  (func (export "answer") async (result u32)
    (canon lift (core func $guest "answer") async (callback (core func $guest "callback")))))
