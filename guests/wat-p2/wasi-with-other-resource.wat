;; Has a pollable from the clock that is no pollable of wasi:io.
(component
  (import "wasi:clocks/monotonic-clock@0.2.6" (instance $clock
    (export "pollable" (type $pollable (sub resource)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core module $guest
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (func (export "run") (result i32) (drop (call $subscribe (i64.const 0))) (i32.const 0)))
  (core instance $guest (instantiate $guest (with "" (instance (export "subscribe" (func $subscribe))))))
  (func $run (result (result)) (canon lift (core func $guest "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run)))
