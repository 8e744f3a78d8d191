;; Takes the clock's 64-bit numbers for 32-bit ones.
(component
  (import "wasi:clocks/monotonic-clock@0.2.6" (instance $clock (export "now" (func (result u32)))))
  (core func $now (canon lower (func $clock "now")))
  (core module $guest
    (import "" "now" (func $now (result i32)))
    (func (export "run") (result i32) (drop (call $now)) (i32.const 0)))
  (core instance $guest (instantiate $guest (with "" (instance (export "now" (func $now))))))
  (func $run (result (result)) (canon lift (core func $guest "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
