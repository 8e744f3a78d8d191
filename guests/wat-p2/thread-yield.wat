;; Lets other tasks run, in a function that is not asynchronous.
(component
  (core func $yield (canon thread.yield))
  (core module $guest
    (import "" "yield" (func $yield (result i32)))
    (func (export "pause") (result i32) (call $yield)))
  (core instance $guest (instantiate $guest (with "" (instance (export "yield" (func $yield))))))
  (func (export "pause") (result u32) (canon lift (core func $guest "pause"))))
