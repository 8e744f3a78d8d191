(component
  ;; What a guest here may call, under the instance "host", by names as short as they can be told apart.
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
    (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
  (alias export $error "error" (type $t-error))
  (alias export $poll "pollable" (type $t-pollable))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "input-stream" (type $in (sub resource)))
    (export "output-stream" (type $out (sub resource)))
    (alias outer 1 $t-error (type $outer-error))
    (export "error" (type $error (eq $outer-error)))
    (alias outer 1 $t-pollable (type $outer-pollable))
    (export "pollable" (type $pollable (eq $outer-pollable)))
    (type $failed (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failed)))
    (export "[method]input-stream.blocking-read"
      (func (param "self" (borrow $in)) (param "len" u64) (result (result (list u8) (error $stream-error)))))
    (export "[method]input-stream.subscribe" (func (param "self" (borrow $in)) (result (own $pollable))))
    (export "[method]output-stream.check-write"
      (func (param "self" (borrow $out)) (result (result u64 (error $stream-error)))))
    (export "[method]output-stream.write"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $stream-error)))))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams "input-stream" (type $t-in))
  (alias export $streams "output-stream" (type $t-out))
  (import "wasi:cli/stdin@0.2.0" (instance $stdin
    (alias outer 1 $t-in (type $outer))
    (export "input-stream" (type $in (eq $outer)))
    (export "get-stdin" (func (result (own $in))))))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $t-out (type $outer))
    (export "output-stream" (type $out (eq $outer)))
    (export "get-stdout" (func (result (own $out))))))
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $t-pollable (type $outer))
    (export "pollable" (type $pollable (eq $outer)))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
  (import "wasi:sockets/network@0.2.0" (instance $network
    (export "network" (type (sub resource)))
    (type $code (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory" "timeout"
      "concurrency-conflict" "not-in-progress" "would-block" "invalid-state" "new-socket-limit"
      "address-not-bindable" "address-in-use" "remote-unreachable" "connection-refused" "connection-reset"
      "connection-aborted" "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
      "permanent-resolver-failure"))
    (export "error-code" (type (eq $code)))))
  (alias export $network "network" (type $t-network))
  (alias export $network "error-code" (type $t-code))
  (import "wasi:sockets/instance-network@0.2.0" (instance $instance-network
    (alias outer 1 $t-network (type $outer))
    (export "network" (type $network (eq $outer)))
    (export "instance-network" (func (result (own $network))))))
  (import "wasi:sockets/ip-name-lookup@0.2.0" (instance $lookup
    (alias outer 1 $t-network (type $outer-network))
    (export "network" (type $network (eq $outer-network)))
    (alias outer 1 $t-code (type $outer-code))
    (export "error-code" (type $code (eq $outer-code)))
    (export "resolve-address-stream" (type $stream (sub resource)))
    (export "resolve-addresses"
      (func (param "network" (borrow $network)) (param "name" string) (result (result (own $stream) (error $code)))))))

  ;; Memory, and a realloc that a guest replaces by putting its own function at place 0 of the table.
  (core module $libc
    (memory (export "memory") 2)
    (table (export "table") 1 funcref)
    (type $realloc (func (param i32 i32 i32 i32) (result i32)))
    (global $next (mut i32) (i32.const 65536))
    (elem (i32.const 0) $bump)
    (func $bump (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $at) (local.get $size)))
      (loop $again
        (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
          (then
            (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable)))
            (br $again))))
      (local.get $at))
    (func (export "realloc") (type $realloc)
      (call_indirect (type $realloc)
        (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0))))
  (core instance $libc (instantiate $libc))

  (core func $get-stdin (canon lower (func $stdin "get-stdin")))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $read (canon lower (func $streams "[method]input-stream.blocking-read")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $subscribe-in (canon lower (func $streams "[method]input-stream.subscribe")))
  (core func $check-write (canon lower (func $streams "[method]output-stream.check-write") (memory (core memory $libc "memory"))))
  (core func $write (canon lower (func $streams "[method]output-stream.write") (memory (core memory $libc "memory"))))
  (core func $print
    (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory (core memory $libc "memory"))))
  (core func $arguments
    (canon lower (func $environment "get-arguments") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $environ
    (canon lower (func $environment "get-environment") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $now (canon lower (func $clock "now")))
  (core func $timer (canon lower (func $clock "subscribe-duration")))
  (core func $poll
    (canon lower (func $poll "poll") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $random
    (canon lower (func $random "get-random-bytes") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $instance-network (canon lower (func $instance-network "instance-network")))
  (core func $resolve
    (canon lower (func $lookup "resolve-addresses") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core func $drop-in (canon resource.drop $t-in))
  (core func $drop-out (canon resource.drop $t-out))
  (core func $drop-pollable (canon resource.drop $t-pollable))
  (core func $drop-network (canon resource.drop $t-network))
