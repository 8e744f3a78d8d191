/**
 * Runs what a start runs, against a kernel that is played: V8 then has compiled it. The build keeps that code in the
 * cache beside the bundle.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { warmUp } from '../host/main.ts';
import type { Native } from '../native/native.ts';
import { main } from './cli/main.ts';
import { runContainer } from './run.ts';
import { startContainer } from './start.ts';

const usedFlags = ['--dir', '/::/data:ro', '--env', 'K=V', '--timeout', '5s', '--memory', '64MiB'];
const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

export async function warm(native: Native): Promise<void> {
  warmUp(native);
  const folder = mkdtempSync('/tmp/wasmctr-warm-');
  try {
    const file = `${folder}/empty.wasm`;
    writeFileSync(file, emptyModule);
    await main({
      argv: ['run', ...usedFlags, file, 'argument'],
      env: ['PATH=/bin'],
      stdout: () => {},
      stderr: () => {},
      run: async (spec) => {
        const started = startContainer(playedNative(native));
        if (started.role !== 'parent') throw new Error('a played fork has no child');
        return runContainer(
          { ...started, stdio: [null, null, null], readText: () => '', openPack: null, findCode: null },
          spec,
        );
      },
      learn: () => Promise.reject(new Error('nothing is learned while warming up')),
      plan: async () => ({}),
      inspect: async () => ({ json: null, text: '', wit: null, exitCode: 0 }),
      types: async () => ({ json: null, text: '', exitCode: 0 }),
      doctor: async () => ({ json: null, text: '', exitCode: 0 }),
      cache: async () => ({ json: null, text: '', exitCode: 0 }),
      compile: async () => ({ json: null, text: '', exitCode: 0 }),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A kernel in which a container is forked, gets its plan, says that it ended well, and is gone. */
function playedNative(native: Native): Native {
  const messages = reports().map((report) => Buffer.from(JSON.stringify(report)));
  const usage = { userUs: 0, systemUs: 0, maxRssBytes: 0, minorFaults: 0, majorFaults: 0 };
  const placeholder = (): number => openSync('/dev/null', 'r');
  return {
    ...native,
    becomeSubreaper: () => {},
    controlPair: () => [-1, -1],
    fork: () => ({ role: 'parent', pid: 1, pidfd: -1 }),
    sendPlan: () => {},
    receiveMessage: () => messages.shift(),
    watch: (_fd, onReadable) => {
      setImmediate(onReadable);
      return () => {};
    },
    reap: () => ({ code: 0, signal: 0, ...usage, voluntarySwitches: 0, involuntarySwitches: 0 }),
    kill: () => {},
    close: (fd) => (fd >= 0 ? closeSync(fd) : undefined),
    idmapNamespace: placeholder,
    cloneTree: placeholder,
    wasmCodeRange: () => ({ start: 0x1_0000_0000n, end: 0x2_0000_0000n }),
  };
}

function reports(): readonly object[] {
  const io = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
  return [
    { type: 'ready', compileUs: 0, instantiateUs: 0, codeBytes: 0, isKept: false },
    { type: 'outcome', outcome: { kind: 'exit', code: 0 }, io },
  ];
}
