;; Exports with every number type, for --invoke: each returns what it was given, or all four at once.
(module
  (memory (export "memory") 1)
  (func (export "i32") (param i32) (result i32) (local.get 0))
  (func (export "i64") (param i64) (result i64) (local.get 0))
  (func (export "f32") (param f32) (result f32) (local.get 0))
  (func (export "f64") (param f64) (result f64) (local.get 0))
  (func (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
  (func (export "all") (result i32 i64 f32 f64)
    (i32.const -1) (i64.const -9223372036854775808) (f32.const 0.5) (f64.const -0.25))
  (func (export "none"))
  (func (export "nan") (result f64) (f64.const nan))
  (func (export "infinity") (result f32) (f32.const -inf))
  (func (export "reference") (param externref)))
