/** A command line without a process: main() with recorded output. `run` is a function of the test, because the fork is tested elsewhere. */
import { type CliIo, main } from '../../../runtime/cli/main.ts';
import type { RunResult } from '../../../runtime/result.ts';
import type { RunSpec } from '../../../runtime/spec.ts';

export interface CliOutcome {
  code: number;
  stdout: string;
  stderr: string;
  /** What `run` was called with. */
  specs: readonly RunSpec[];
}

export async function cli(argv: readonly string[], changes: Partial<CliIo> = {}): Promise<CliOutcome> {
  const specs: RunSpec[] = [];
  const out = { stdout: '', stderr: '' };
  const code = await main({
    argv,
    env: ['HOME=/root', 'LANG=C.UTF-8'],
    stdout: (text) => {
      out.stdout += text;
    },
    stderr: (text) => {
      out.stderr += text;
    },
    run: async (spec) => {
      specs.push(spec);
      return resultOf({});
    },
    learn: async (spec, stdoutFd) => {
      specs.push(spec);
      return { result: resultOf({}), learned: { config: { stdoutFd }, findings: [['pids', '1']] } };
    },
    plan: async () => ({ layers: ['seccomp'] }),
    inspect: async (file) => ({
      json: { file },
      text: `kind of ${file}\n`,
      wit: 'package root:component;\n',
      exitCode: 0,
    }),
    types: async (request) => ({ json: null, text: `types of ${request.file}\n`, exitCode: 0 }),
    cache: async (request) => ({ json: request, text: `${request.action}\n`, exitCode: 0 }),
    compile: async (request) => ({ json: request, text: `${request.files.join(' ')}\n`, exitCode: 0 }),
    doctor: async () => ({ json: { ok: false }, text: 'not well\n', exitCode: 1 }),
    ...changes,
  });
  return { code, ...out, specs };
}

/** A run that went well, with the given differences. */
export function resultOf(changes: Partial<RunResult>): RunResult {
  return {
    ok: true,
    exitCode: 0,
    guestExitCode: 0,
    signal: null,
    trap: null,
    timedOut: false,
    cpuTimeExceeded: false,
    oomKilled: false,
    seccompViolation: null,
    seccompStack: [],
    code: null,
    pack: null,
    network: null,
    error: null,
    results: [],
    start: { frozen: true, detail: 'from an image' },
    durations: {
      totalMs: 41.23,
      bootMs: 33.5,
      planMs: 2.004,
      forkMs: 1.5,
      readyMs: 3.25,
      compileMs: 1.75,
      guestMs: 12_345.6,
    },
    usage: {
      userMs: 10.5,
      systemMs: 3.25,
      peakMemoryBytes: 47 * 1024 ** 2 + 5000,
      minorFaults: 1200,
      majorFaults: 0,
      io: { calls: 17, readBytes: 1024, writtenBytes: 1_500_000, outputBytes: 6, outputTruncated: false },
      codeBytes: 3172,
      cgroup: { memoryPeakBytes: 64 * 1024 ** 2, throttledMs: 0, oomEvents: 0, ioReadBytes: 0, ioWriteBytes: 4096 },
    },
    enforced: {
      seccomp: { enforced: true, detail: '16 calls' },
      landlock: { enforced: false, detail: 'the kernel has none' },
    },
    ...changes,
  };
}
