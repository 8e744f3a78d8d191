;; Exports functions by names that jco's glue has, where they are not in each other's way.
(component
  (core module $guest (func (export "one") (result i32) (i32.const 1)))
  (core instance $guest (instantiate $guest))
  (func $one (result u32) (canon lift (core func $guest "one")))
  (export "rsc-table-remove" (func $one))
  (export "resolve" (func $one))
  (export "task" (func $one)))
