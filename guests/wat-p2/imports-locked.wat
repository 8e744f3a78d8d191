;; Imports what somebody would have to fetch.
(component
  (import "locked-dep=<a:b/c@1.0.0>,integrity=<sha256-AAAA>" (func $one (result u32)))
  (core func $one (canon lower (func $one)))
  (core module $guest
    (import "" "one" (func $one (result i32)))
    (func (export "one") (result i32) (call $one)))
  (core instance $guest (instantiate $guest (with "" (instance (export "one" (func $one))))))
  (func (export "one") (result u32) (canon lift (core func $guest "one"))))
