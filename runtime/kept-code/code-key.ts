/** What machine code depends on, as one key. */
import type { Native } from '../../native/native.ts';
import { version } from '../cli/version.ts';

export interface CodeSubject {
  /** SHA-256 of the module's file. */
  digest: Uint8Array;
  /** It is written into the module (host/wasm-binary-limits.ts). */
  memoryBytes: number;
}

/**
 * V8 itself compares its version, flags and CPU (wasm-serialization.cc); here they keep the code of one from
 * replacing that of another. Node's flags stand for V8's: whoever makes code runs under those of the run that will use it.
 */
export function codeKey(native: Pick<Native, 'digestBytes' | 'cpuFeatures'>, subject: CodeSubject): Uint8Array {
  const { arch, versions, execArgv } = process;
  const parts = ['code', version, versions.node, versions.v8, arch, native.cpuFeatures(), ...execArgv];
  parts.push(String(subject.memoryBytes), Buffer.from(subject.digest).toString('hex'));
  return native.digestBytes(Buffer.from(parts.join('\n')));
}
