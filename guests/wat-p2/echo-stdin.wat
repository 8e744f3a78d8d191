;; Reads all of stdin, 64 KiB at a time, and writes it.
(core module $guest
  (import "libc" "memory" (memory 2))
  (import "libc" "table" (table 1 funcref))
  (import "host" "get-stdin" (func $get-stdin (result i32)))
  (import "host" "read" (func $read (param i32 i64 i32)))
  (import "host" "get-stdout" (func $get-stdout (result i32)))
  (import "host" "print" (func $print (param i32 i32 i32 i32)))
  (elem (i32.const 0) $realloc)
  (func $realloc (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (i32.const 65536))
  (func (export "run") (result i32) (local $in i32) (local $out i32)
    (local.set $in (call $get-stdin))
    (local.set $out (call $get-stdout))
    (loop $more
      (call $read (local.get $in) (i64.const 4096) (i32.const 16))
      (if (i32.eqz (i32.load8_u (i32.const 16)))
        (then
          (call $print (local.get $out) (i32.load (i32.const 20)) (i32.load (i32.const 24)) (i32.const 32))
          (br $more))))
    (i32.const 0)))
