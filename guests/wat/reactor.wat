;; A reactor: _initialize sets a global to 40, `value` returns it plus its argument.
(module
  (memory (export "memory") 1)
  (global $base (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $base (i32.const 40)))
  (func (export "value") (param i32) (result i32) (i32.add (global.get $base) (local.get 0))))
