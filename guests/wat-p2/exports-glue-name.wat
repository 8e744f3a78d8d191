;; Exports a function by a name that is a variable in jco's glue.
(component
  (core module $guest (func (export "one") (result i32) (i32.const 1)))
  (core instance $guest (instantiate $guest))
  (func (export "exports0") (result u32) (canon lift (core func $guest "one"))))
