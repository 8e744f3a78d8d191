/** What a container says about its own failure, as an error with the likely fix. */
import { getSystemErrorName } from 'node:util';
import type { GuestErrorCode, GuestMessage } from '../host/config.ts';
import { WasmctrError } from './errors.ts';
import type { NativeMessage } from './guest-message.ts';

/** A step of stages.cc that the kernel refused. */
export function stageFailure({ stage, syscall, errno }: Extract<NativeMessage, { type: 'stage' }>): WasmctrError {
  const name = errnoOf(errno);
  const hint = stageHints[`${stage} ${name}`] ?? stageHints[stage] ?? 'see `wasmctr doctor`';
  return new WasmctrError('enforcement', `can't make the container: ${stage}: ${syscall}: ${name}`, hint);
}

const stageHints: Readonly<Record<string, string>> = {
  unshare: 'this kernel or container forbids new namespaces; --best-effort runs without them',
  root: 'this kernel or container forbids mounts; --best-effort runs without them',
  landlock: 'this kernel has no Landlock; --best-effort runs without it',
  seccomp: 'this kernel has no seccomp filters',
  'seccomp EBUSY': 'something outside watches the system calls here already; learn elsewhere',
  'cgroup ENOSPC': 'the cpuset of the group is empty',
};

function errnoOf(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}

const guestHints: Readonly<Partial<Record<GuestErrorCode, string>>> = {
  'unknown-imports': 'compile for wasm32-wasip1, or try --unknown-imports trap',
  'missing-imports': 'the library takes host functions for them (`imports`), or try --unknown-imports trap',
  'http-service': 'to run it, build it as a command (wasi:cli/run); this version serves no requests',
  'memory-limit': 'raise --memory',
  'unknown-export': 'see `wasmctr inspect` for what the module exports',
  'no-entry': 'call one of its functions with --invoke',
  'long-result': 'return less, or have the function write it to stdout',
  internal: 'please report it',
};

/** A module that can't run. */
export function guestFailure({ code, message }: Extract<GuestMessage, { type: 'failed' }>, file: string): WasmctrError {
  const kind = code === 'internal' ? 'internal' : code === 'bad-invoke-argument' ? 'usage' : 'module';
  return new WasmctrError(kind, `can't run: ${file}: ${message}`, guestHints[code] ?? null);
}
