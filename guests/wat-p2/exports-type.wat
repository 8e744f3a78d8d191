;; Exports a type outside of any interface.
(component
  (type $flags (flags "read" "write"))
  (export "access" (type $flags))
  (core module $guest (func (export "one") (result i32) (i32.const 1)))
  (core instance $guest (instantiate $guest))
  (func (export "one") (result u32) (canon lift (core func $guest "one"))))
