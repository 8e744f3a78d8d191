;; Traps while it is made, before run.
(core module $guest
  (start $start)
  (func $start (unreachable))
  (func (export "run") (result i32) (i32.const 0)))
