;; Its start function traps at instantiation.
(module
  (memory (export "memory") 1)
  (func $boom unreachable)
  (func (export "_start"))
  (start $boom))
