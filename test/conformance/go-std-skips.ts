/** Why Go skips a test of its own on wasip1, as `name: log`. Each reason is Go's; one that is not here fails the suite. */

export const allowedSkips: readonly RegExp[] = [
  // What WASI 0.1 does not have, for any runtime.
  /not supported (fully )?(on|om) (wasip1|wasm port)/,
  /no pipes|no support for os\.Pipe|syscall\.(Pipe|Socket) (is )?not (available|implemented) on wasip1/,
  /wasip1 does not support (chmod|Unlink)|no support for file permissions on wasip1|wasm lacks fstatat/,
  /cannot exec subprocess on wasip1\/wasm|'go build' unavailable/,
  /no external network on wasip1|fake net does not support|IPv6 is required|ip4 not supported|cgo resolver not available/,
  /Signals send \+ notify not fully supported/,
  // Absolute link targets would leave the preopened directory: the kernel's rule here, wasmtime's too.
  /cannot make symlinks on wasip1\/wasm|absolute link targets not supported on wasip1/,
  // Tests of another system, or of this one switched off by name.
  /: skipping (test )?on wasip1$|inconsistent results on wasip1|seems to tickle a wasmtime bug|not implemented platforms/,
  /non-Windows|windows (only|specific)|non-amd64 and non-arm64|case sensitive filesystem/,
  /: not testable$|: skipping (udp|unixgram|ip:)\S* .*test$/,
  // Switched off by -test.short or for want of a flag.
  /short( mode)?|insufficient CPUs|avoiding time\.Sleep|without the -flaky flag|enable with|use -\w+ to enable/,
  /opens 1<<16 connections|non-hermetic test outside of Go builders/,
  // Of what is not granted: no home, no devices, no /proc.
  /\$HOME is not defined|nor \$HOME are defined|without a \/dev\/zero/,
  /^Test(DirFS)?ReadFileProc: /,
];
