/** Starts stdio-guest.ts with given descriptors and talks to it. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { IoCounters } from '../../../host/config.ts';

export interface Answer {
  result: string;
  u32: number;
  hex: string;
  counters: IoCounters;
  trace: string;
}

export interface StdioProcess {
  child: ChildProcess;
  stdin: Writable;
  stdout: Readable;
  call(name: string, ...args: number[]): Promise<Answer>;
  /** Sends a call without waiting for its answer. */
  start(name: string, ...args: number[]): Promise<Answer>;
  end(): Promise<void>;
}

const script = join(import.meta.dirname, 'stdio-guest.ts');

type Stdio = 'pipe' | 'ignore' | number;

/** `stdio` for descriptors 0 to 2; descriptor 3, if any, is a listener. */
export function startStdioProcess(
  stdio: readonly [Stdio, Stdio, Stdio],
  { maxOutputBytes = 1 << 20, listenerFd = null }: { maxOutputBytes?: number; listenerFd?: number | null } = {},
): StdioProcess {
  const options: StdioOptions = [...stdio, listenerFd ?? 'ignore', 'pipe', 'pipe'];
  const args = [script, String(maxOutputBytes), ...(listenerFd === null ? [] : ['3'])];
  const child = spawn(process.execPath, args, { stdio: options });
  const commands = child.stdio[4] as Writable;
  const lines = createInterface({ input: (child.stdio as unknown as Readable[])[5] as Readable })[
    Symbol.asyncIterator
  ]();
  const start = async (name: string, ...values: number[]): Promise<Answer> => {
    commands.write(`${JSON.stringify([name, ...values])}\n`);
    const { value } = await lines.next();
    if (value === undefined) throw new Error(`the guest's process ended in ${name}`);
    return JSON.parse(value) as Answer;
  };
  return {
    child,
    stdin: child.stdin as Writable,
    stdout: child.stdout as Readable,
    call: start,
    start,
    async end() {
      commands.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
