;; Imports three things that nothing provides, calls one of them after saying so.
(module
  (import "env" "missing_one" (func $one (param i32) (result i32)))
  (import "env" "missing_two" (func $two))
  (import "wasi_snapshot_preview1" "fd_teleport" (func $teleport (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\07\00\00\00before\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
    (call $two)))
