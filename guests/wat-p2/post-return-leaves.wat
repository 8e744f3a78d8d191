;; Asks for random numbers, and for its end, after it has returned: in its post-return.
(component
  (import "wasi:cli/exit@0.2.12" (instance $cli-exit (export "exit" (func (param "status" (result))))))
  (import "wasi:random/random@0.2.12" (instance $random (export "get-random-u64" (func (result u64)))))
  (core func $exit (canon lower (func $cli-exit "exit")))
  (core func $random (canon lower (func $random "get-random-u64")))
  (core module $guest
    (import "" "exit" (func $exit (param i32)))
    (import "" "random" (func $random (result i64)))
    (func (export "three") (result i32) (i32.const 3))
    (func (export "then-random") (param i32) (drop (call $random)))
    (func (export "then-exit") (param i32) (call $exit (i32.const 0)))
    (func (export "then-nothing") (param i32)))
  (core instance $guest (instantiate $guest (with "" (instance
    (export "exit" (func $exit))
    (export "random" (func $random))))))
  (func (export "random") (result u32)
    (canon lift (core func $guest "three") (post-return (core func $guest "then-random"))))
  (func (export "exit") (result u32)
    (canon lift (core func $guest "three") (post-return (core func $guest "then-exit"))))
  (func (export "nothing") (result u32)
    (canon lift (core func $guest "three") (post-return (core func $guest "then-nothing")))))
