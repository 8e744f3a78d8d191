;; Imports a function that no version of wasi:cli/environment has.
(component
  (import "wasi:cli/environment@0.2.0" (instance $environment (export "get-fortune" (func (result u32)))))
  (core func $fortune (canon lower (func $environment "get-fortune")))
  (core module $guest
    (import "host" "fortune" (func $fortune (result i32)))
    (func (export "run") (result i32) (call $fortune)))
  (core instance $guest (instantiate $guest (with "host" (instance (export "fortune" (func $fortune))))))
  (func $run (result (result)) (canon lift (core func $guest "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
