;; Exports _start and _initialize: by the rules it is neither a command nor a reactor.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (global $initialized (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $initialized (i32.const 1)))
  (func (export "_start") (call $proc_exit (global.get $initialized))))
