;; Exports its memory under two names.
(module
  (memory $only 1)
  (export "memory" (memory $only))
  (export "other" (memory $only))
  (func (export "_start")))
