;; Writes from memory, grows it, and writes from the new part: the host must not keep a view of the old one.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\04\00\00\00old\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
    (drop (memory.grow (i32.const 1)))
    (i32.store (i32.const 65536) (i32.const 65544))
    (i32.store (i32.const 65540) (i32.const 4))
    (i32.store (i32.const 65544) (i32.const 0x0a77656e))
    (drop (call $fd_write (i32.const 1) (i32.const 65536) (i32.const 1) (i32.const 100)))))
