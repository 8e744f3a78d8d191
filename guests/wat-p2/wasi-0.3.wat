;; Imports a clock of WASI 0.3.
(component
  (import "wasi:clocks/monotonic-clock@0.3.0" (instance $clock (export "now" (func (result u64)))))
  (core func $now (canon lower (func $clock "now")))
  (core module $guest
    (import "host" "now" (func $now (result i64)))
    (func (export "run") (result i32) (drop (call $now)) (i32.const 0)))
  (core instance $guest (instantiate $guest (with "host" (instance (export "now" (func $now))))))
  (func $run (result (result)) (canon lift (core func $guest "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
