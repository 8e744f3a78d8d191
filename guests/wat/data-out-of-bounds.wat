;; Its data segment lies outside its memory, so that it can't be instantiated.
(module
  (memory (export "memory") 1)
  (data (i32.const 65530) "0123456789")
  (func (export "_start")))
