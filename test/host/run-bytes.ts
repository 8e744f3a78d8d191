/** Runs module bytes through executeGuest in this process, without a fork: for what needs no WASI host. */
import wabtInit from 'wabt';
import type { GuestConfig, GuestMessage, GuestOutcome } from '../../host/config.ts';
import { executeGuest } from '../../host/instance.ts';
import type { ModuleFile } from '../../host/load.ts';
import { ProcExit, type Wasi1, type WasiFunction } from '../../host/p1/index.ts';

type Overrides = Partial<Pick<GuestConfig, 'args' | 'invoke' | 'unknownImports'>> & { memoryBytes?: number };
export type FinalMessage = Extract<GuestMessage, { type: 'outcome' | 'failed' }>;

export interface RunReport {
  ready: Extract<GuestMessage, { type: 'ready' }>[];
  final: FinalMessage;
}

/** `bytes` are served through reads of at most `chunkBytes`, as a kernel may. */
export function memoryFile(bytes: Uint8Array, chunkBytes: number = Number.POSITIVE_INFINITY): ModuleFile {
  return {
    sizeBytes: bytes.length,
    readAt({ buffer, address, length, offset }) {
      const part = bytes.subarray(offset, offset + Math.min(length, chunkBytes));
      new Uint8Array(buffer).set(part, address);
      return part.length;
    },
  };
}

export function runFile(file: ModuleFile, overrides: Overrides = {}): RunReport {
  const ready: RunReport['ready'] = [];
  const final: FinalMessage[] = [];
  executeGuest({
    config: {
      args: ['test.wasm'],
      invoke: null,
      unknownImports: 'error',
      ...overrides,
      limits: { maxFiles: 8, maxOutputBytes: 0, memoryBytes: overrides.memoryBytes ?? 64 << 20 },
    },
    file,
    createWasi: exitOnly,
    nowUs: () => performance.now() * 1000,
    ready: (message) => ready.push(message),
    finish: (message) => final.push(message),
  });
  const [only, ...others] = final;
  if (!only || others.length > 0) throw new Error(`finish was called ${final.length} times`);
  return { ready, final: only };
}

export function run(bytes: Uint8Array, overrides: Overrides = {}): RunReport {
  return runFile(memoryFile(bytes), overrides);
}

/** The outcome; an error where the guest could not be run. */
export function outcomeOf(bytes: Uint8Array, overrides: Overrides = {}): GuestOutcome {
  const { final } = run(bytes, overrides);
  if (final.type === 'failed') throw new Error(`${final.code}: ${final.message}`);
  return final.outcome;
}

/** The failure; an error where the guest ran. */
export function failureOf(bytes: Uint8Array, overrides: Overrides = {}): { code: string; message: string } {
  const { final } = run(bytes, overrides);
  if (final.type !== 'failed') throw new Error(`ran: ${JSON.stringify(final)}`);
  return { code: final.code, message: final.message };
}

/** proc_exit, and a function that touches memory: all that these tests let a guest do. */
function exitOnly(memory: () => WebAssembly.Memory): Wasi1 {
  const functions: Record<string, WasiFunction> = {
    proc_exit: (code: number) => {
      throw new ProcExit(code >>> 0);
    },
    random_get: (address: number, length: number) => {
      new Uint8Array(memory().buffer).fill(7, address, address + length);
      return 0;
    },
    sched_yield: () => 0,
  };
  const counters = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
  return { imports: { wasi_snapshot_preview1: functions, wasi_unstable: functions }, counters, uses: () => null };
}

const features = { exceptions: true, memory64: true, threads: true, multi_memory: true, gc: true };

/** WebAssembly text to binary; `names`: with a name section. */
export async function wat(text: string, names = true): Promise<Uint8Array> {
  const wabt = await wabtInit();
  const module = wabt.parseWat('test.wat', text, features);
  try {
    return module.toBinary({ write_debug_names: names }).buffer;
  } finally {
    module.destroy();
  }
}
