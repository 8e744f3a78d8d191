;; Imports its memory, as modules for other hosts do.
(module
  (import "env" "memory" (memory 1))
  (func (export "_start")))
