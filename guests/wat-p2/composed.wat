;; Two components in one: a counter that is a resource of the first, used by the second. Exits with 3 counts.
(component
  (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))

  (component $provider
    (core module $counter
      (memory (export "memory") 1)
      (func (export "next") (param $at i32) (result i32)
        (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
        (i32.load (local.get $at)))
      (func (export "drop") (param i32)))
    (core instance $counter (instantiate $counter))
    (type $counter' (resource (rep i32) (dtor (core func $counter "drop"))))
    (core func $new-rep (canon resource.new $counter'))
    (core module $constructor
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "constructor") (result i32) (call $new (i32.const 64))))
    (core instance $constructor (instantiate $constructor (with "" (instance (export "new" (func $new-rep))))))
    (func $constructor (result (own $counter')) (canon lift (core func $constructor "constructor")))
    (func $next (param "self" (borrow $counter')) (result u32) (canon lift (core func $counter "next")))
    (component $shape
      (import "type-counter" (type $counter (sub resource)))
      (import "constructor" (func $constructor (result (own $counter))))
      (import "next" (func $next (param "self" (borrow $counter)) (result u32)))
      (export $exported "counter" (type $counter))
      (export "[constructor]counter" (func $constructor) (func (result (own $exported))))
      (export "[method]counter.next" (func $next) (func (param "self" (borrow $exported)) (result u32))))
    (instance $api (instantiate $shape
      (with "type-counter" (type $counter'))
      (with "constructor" (func $constructor))
      (with "next" (func $next))))
    (export "test:count/api" (instance $api)))

  (component $consumer
    (import "test:count/api" (instance $api
      (export "counter" (type $counter (sub resource)))
      (export "[constructor]counter" (func (result (own $counter))))
      (export "[method]counter.next" (func (param "self" (borrow $counter)) (result u32)))))
    (import "exit" (func $exit (param "status-code" u8)))
    (alias export $api "counter" (type $counter))
    (core func $new (canon lower (func $api "[constructor]counter")))
    (core func $next (canon lower (func $api "[method]counter.next")))
    (core func $drop (canon resource.drop $counter))
    (core func $exit (canon lower (func $exit)))
    (core module $guest
      (import "" "new" (func $new (result i32)))
      (import "" "next" (func $next (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "exit" (func $exit (param i32)))
      (func (export "run") (result i32)
        (local $counter i32)
        (local.set $counter (call $new))
        (drop (call $next (local.get $counter)))
        (drop (call $next (local.get $counter)))
        (call $next (local.get $counter))
        (call $drop (local.get $counter))
        (call $exit)
        (unreachable)))
    (core instance $guest (instantiate $guest (with "" (instance
      (export "new" (func $new))
      (export "next" (func $next))
      (export "drop" (func $drop))
      (export "exit" (func $exit))))))
    (func $run (result (result)) (canon lift (core func $guest "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))

  (instance $provided (instantiate $provider))
  (instance $consumed (instantiate $consumer
    (with "test:count/api" (instance $provided "test:count/api"))
    (with "exit" (func $exit "exit-with-code"))))
  (export "wasi:cli/run@0.2.0" (instance $consumed "wasi:cli/run@0.2.0")))
