;; Calls a function of an embedder's with a list at an odd address, before it is called itself.
(component
  (import "test:guest/takes" (instance $takes
    (export "numbers" (func (param "value" (list u32)) (result u32)))))
  (core module $libc (memory (export "memory") 1))
  (core instance $libc (instantiate $libc))
  (core func $numbers (canon lower (func $takes "numbers") (memory (core memory $libc "memory"))))
  (core module $guest
    (import "" "numbers" (func $numbers (param i32 i32) (result i32)))
    (func $start (drop (call $numbers (i32.const 1) (i32.const 1))))
    (start $start)
    (func (export "one") (result i32) (i32.const 1)))
  (core instance $guest (instantiate $guest (with "" (instance (export "numbers" (func $numbers))))))
  (func (export "one") (result u32) (canon lift (core func $guest "one"))))
