;; Returns UTF-16: some text, and half of a character.
(component
  (core module $guest
    (memory (export "memory") 1)
    (data (i32.const 16) "\ff\fe\3a\27\00\d8")
    (func $text (param $length i32) (result i32)
      (i32.store (i32.const 0) (i32.const 16))
      (i32.store (i32.const 4) (local.get $length))
      (i32.const 0))
    (func (export "whole") (result i32) (call $text (i32.const 2)))
    (func (export "half") (result i32) (call $text (i32.const 3))))
  (core instance $guest (instantiate $guest))
  (alias core export $guest "memory" (core memory $memory))
  (func (export "whole") (result string)
    (canon lift (core func $guest "whole") (memory $memory) string-encoding=utf16))
  (func (export "half") (result string)
    (canon lift (core func $guest "half") (memory $memory) string-encoding=utf16)))
