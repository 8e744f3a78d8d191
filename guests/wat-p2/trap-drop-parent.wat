;; Drops stdin while a pollable of it lives, then asks the pollable.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "host" "get-stdin" (func $get-stdin (result i32)))
  (import "host" "subscribe-in" (func $subscribe-in (param i32) (result i32)))
  (import "host" "drop-in" (func $drop-in (param i32)))
  (import "host" "block" (func $block (param i32)))
  (func (export "run") (result i32) (local $in i32) (local $pollable i32)
    (local.set $in (call $get-stdin))
    (local.set $pollable (call $subscribe-in (local.get $in)))
    (call $drop-in (local.get $in))
    (call $block (local.get $pollable))
    (i32.const 0)))
