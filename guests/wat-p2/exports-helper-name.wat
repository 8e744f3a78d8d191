;; Exports a function by a name that is a function of jco's glue, which a resource needs.
(component
  (core module $guest
    (func (export "one") (result i32) (i32.const 1))
    (func (export "destroy") (param i32)))
  (core instance $guest (instantiate $guest))
  (type $thing (resource (rep i32) (dtor (core func $guest "destroy"))))
  (core func $new (canon resource.new $thing))
  (core func $drop (canon resource.drop $thing))
  (core module $user
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "run") (result i32) (call $drop (call $new (i32.const 5))) (i32.const 0)))
  (core instance $user (instantiate $user (with "" (instance
    (export "new" (func $new))
    (export "drop" (func $drop))))))
  (func $run (result (result)) (canon lift (core func $user "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
  (func (export "rsc-table-remove") (result u32) (canon lift (core func $guest "one"))))
