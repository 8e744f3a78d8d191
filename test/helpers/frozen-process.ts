/** In place of dist/cli.cjs: a program that is frozen at once, and whose copies do what their caller's argument names. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { promises, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { restoredFrom } from '../../native/freeze.ts';
import { loadNative } from '../../native/load.ts';
import { readCaller } from '../../runtime/caller.ts';
import { freezeOrders, freezeWarm } from '../../runtime/frozen/freeze.ts';
import { becomeRestored, prepareToBeRestored } from '../../runtime/frozen/restored.ts';
import { nowMs } from '../../runtime/now.ts';

const native = loadNative();
const [, , mode, ...rest] = process.argv;

const scenarios: Record<string, () => Promise<unknown>> = {
  random: async () => ({
    bytes: randomBytes(16).toString('hex'),
    uuid: randomUUID(),
    math: [Math.random(), Math.random()],
    webcrypto: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  }),
  process: async () => ({
    pid: process.pid === Number(readFileSync('/proc/self/stat', 'utf8').split(' ')[0]),
    cwd: process.cwd(),
    env: Object.keys(process.env).length,
    soonMs: nowMs(),
  }),
  collection: async () => {
    let kept: unknown[] = [];
    for (let i = 0; i < 200; i++) {
      kept.push(Array.from({ length: 10_000 }, (_, j) => ({ i, j })));
      if (kept.length > 20) kept = [];
    }
    return kept.length;
  },
  timers: async () => {
    const before = Date.now();
    await sleep(50);
    const ran: number[] = [];
    setInterval(() => ran.push(1), 5).unref();
    await sleep(60);
    return { waited: Date.now() - before >= 105, ticks: ran.length > 3 };
  },
  files: async () => (await promises.readFile('/proc/self/comm', 'utf8')).length > 0,
  http: async () => {
    const server = createServer((_, response) => response.end('served')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    return (await fetch(`http://127.0.0.1:${port}/`)).text();
  },
  worker: async () => {
    const worker = new Worker('require("node:worker_threads").parentPort.postMessage(6 * 7)', { eval: true });
    return (await once(worker, 'message'))[0];
  },
  children: async () => {
    const { execFileSync } = await import('node:child_process');
    return execFileSync('/bin/echo', ['child'], { encoding: 'utf8' });
  },
  signals: async () => {
    const caught = once(process, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR2');
    // Handlers of signals keep no process alive.
    await Promise.race([caught, sleep(5_000)]);
    return (await caught)[0];
  },
  wasm: async () => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync('/proc/self/fd/0')));
    const { sum, trap } = exports as { sum(n: number): number; trap(): number };
    let total = 0;
    for (let i = 0; i < 2000; i++) total = sum(10_000);
    return { total, trap: messageOf(trap) };
  },
  uncaught: async () => {
    setImmediate(() => {
      throw new Error('thrown where nobody catches');
    });
    await sleep(1_000);
  },
  nothing: () => new Promise(() => {}),
  overflow: async () => {
    const recurse = (n: number): number => recurse(n + 1) + 1;
    return messageOf(() => recurse(0));
  },
  jspi: async () => {
    const { Suspending, promising } = WebAssembly as unknown as Jspi;
    const bytes = '0061736d010000000105016000017f020901036d6f6401660000030201000707010372756e00010a0601040010000b';
    const module = new WebAssembly.Module(Uint8Array.from(Buffer.from(bytes, 'hex')));
    const f = new Suspending(async () => {
      await sleep(10);
      return 42;
    });
    const { exports } = new WebAssembly.Instance(module, { mod: { f } });
    return promising(exports.run as () => number)();
  },
};

interface Jspi {
  Suspending: new (f: () => Promise<number>) => () => number;
  promising(f: () => number): () => Promise<number>;
}

function messageOf(act: () => unknown): string {
  try {
    return String(act());
  } catch (error) {
    return String(error);
  }
}

async function main(): Promise<void> {
  if (mode !== 'freeze') {
    writeSync(1, JSON.stringify({ cold: rest.at(-1) }));
    return;
  }
  const nothing = async (): Promise<void> => {};
  // As a supervisor does for --timeout.
  const withTimers = async (): Promise<void> => clearTimeout(setTimeout(nothing, 200));
  prepareToBeRestored(native);
  const files = {
    bundle: __filename,
    early: null,
    settleMs: 250,
    rehearsals: [withTimers, nothing],
    warmUp: nothing,
    cleanUp: () => {},
  } as const;
  const told = await freezeWarm(native, freezeOrders(rest), files);
  if (told === null) return native.exitNow(0);
  const restored = restoredFrom(told);
  becomeRestored(restored);
  const names = readCaller(restored.argumentsFd).argv.slice(2);
  const answers: Record<string, unknown> = {};
  for (const name of names) answers[name] = await scenarios[name]?.();
  writeSync(1, JSON.stringify(answers));
  native.exitNow(0);
}

void main();
