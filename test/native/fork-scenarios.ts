/** What forked children do, one function a condition of the recipe. Each runs in a process of its own. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Ended, Forker } from './fork-process.ts';

export type Scenario = (forker: Forker) => unknown;

/** (module (memory (export "memory") 1) (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))) */
const loaderHex =
  '0061736d0100000001060160017f017f030201000503010001071102066d656d6f72790200046c6f616400000a0901070020002802000b';

const loader = (): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(loaderHex, 'hex'));

function load(): (address: number) => number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(loader()));
  return exports.load as (address: number) => number;
}

/** Heap work that moves objects: V8 posts tasks to its event descriptors while it collects. */
function collectGarbage(rounds: number): number {
  let kept: unknown[] = [];
  for (let i = 0; i < rounds; i++)
    kept = Array.from({ length: 200_000 }, (_, n) => ({ n, kept: n % 1000 ? null : kept }));
  return kept.length;
}

/** Number → identity of each eventfd of this process: two with one identity are one counter. */
function eventFds(): Map<string, string> {
  const entries = readdirSync('/proc/self/fdinfo').flatMap((fd): [string, string][] => {
    const id = /^eventfd-id:\s*(\d+)/m.exec(readOrEmpty(`/proc/self/fdinfo/${fd}`))?.[1];
    return id === undefined ? [] : [[fd, id]];
  });
  return new Map(entries);
}

/** Sum of the counters: what was written and nobody has read. */
function pendingWakeUps(): number {
  const counts = [...eventFds().keys()].map((fd) =>
    /^eventfd-count:\s*([0-9a-f]+)/m.exec(readOrEmpty(`/proc/self/fdinfo/${fd}`)),
  );
  return counts.reduce((sum, match) => sum + Number.parseInt(match?.[1] ?? '0', 16), 0);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the one that reads the folder
  }
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return []; // the one that reads the folder
    }
  });
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  /** Old memory is there. */
  mappings: ({ child }) => child(() => collectGarbage(1)),

  /** Memory and code made after an earlier fork are there too: V8 marks them anew. */
  newMappings: ({ child, mask }) => {
    const first = child(() => 'first', 63);
    const arrays = Array.from({ length: 64 }, (_, i) => new Float64Array(100_000).fill(i));
    const objects = Array.from({ length: 300_000 }, (_, i) => ({ i }));
    const functions = Array.from({ length: 20 }, load);
    const second = child(() => {
      const sum = arrays.reduce((total, array) => total + (array[99_999] ?? 0), 0);
      return [sum, objects[299_999]?.i, functions.map((f) => f(0)).length];
    }, mask);
    return { first, second };
  },

  /** The child's loop is its own: turning it, and leaving what the parent watches, changes nothing for the parent. */
  loop: async ({ native, start }) => {
    const [reader, writer] = native.controlPair();
    let parentHeard = 0;
    const stop = native.watch(reader, () => {
      while (native.receiveMessage(reader)) parentHeard++;
    });
    await new Promise((resolve) => setTimeout(resolve, 5)); // the parent's loop has registered it
    const living = start(async () => {
      stop();
      const [mine, other] = native.controlPair();
      const woken = new Promise<string>((resolve) => {
        const stopMine = native.watch(mine, () => {
          stopMine();
          resolve('woken');
        });
      });
      setTimeout(() => native.sendMessage(other, new Uint8Array(1)), 10);
      return [await woken, await new Promise((resolve) => setTimeout(resolve, 10, 'timer'))];
    });
    const child = living.end();
    native.sendMessage(writer, new Uint8Array(1));
    for (let i = 0; i < 50 && parentHeard === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    return { child, parentHeard };
  },

  /** An access out of bounds is a fault that V8's handler turns into an exception. */
  trap: ({ child }) => {
    const f = load();
    f(0);
    return child(() => {
      try {
        return f(0x7fffffff);
      } catch (error) {
        return String(error);
      }
    });
  },

  /** V8's wake-ups are there for later collections, and are not the parent's. */
  eventFds: ({ child }) => {
    const parent = eventFds();
    const ended = child(() => {
      collectGarbage(12);
      return [...eventFds()];
    });
    const own = new Map((ended.said[0] ?? []) as [string, string][]);
    const shared = [...own].filter(([, id]) => [...parent.values()].includes(id)).length;
    return { ended, shared, missing: [...parent.keys()].filter((fd) => !own.has(fd)).length };
  },

  /** Collections in the child write to the loop's own eventfd: the parent's stays silent. */
  loopWakeUps: ({ child }) => {
    const ended = child(() => collectGarbage(12));
    return { ended, pending: pendingWakeUps() };
  },

  /** Nothing that was open in the template is open in the child. */
  descriptors: ({ child }) => {
    const secret = openSync('/proc/self/environ', 'r');
    const ended = child(() => openFiles());
    closeSync(secret);
    return ended;
  },

  /** Two children of one template: the kernel's bytes differ, the engine's own do not. */
  randomness: ({ native, child }) => {
    Math.random();
    const draw = (): Ended =>
      child(() => {
        const memory = new ArrayBuffer(16);
        if (native.random(memory, 0, 16) !== 0) throw new Error('random failed');
        return { kernel: Buffer.from(memory).toString('hex'), engine: [Math.random(), Math.random()] };
      });
    return [draw(), draw()];
  },

  /** One thread, whatever helpers the parent has: compilation that is a task for a helper, and collections. */
  threads: ({ start }) => ({
    parent: readdirSync('/proc/self/task').length,
    child: start(async () => {
      await WebAssembly.compile(loader());
      collectGarbage(60);
      return readdirSync('/proc/self/task').length;
    }).end(),
  }),

  /** Another thread holds a lock when the process forks, and would never open the child's copy of it. */
  heldLock: ({ native, child }) => {
    const { lockInThread, isLocked } = native as unknown as { lockInThread(ms: number): void; isLocked(): boolean };
    lockInThread(200);
    return child(() => isLocked());
  },

  /** A function that becomes hot in the child; wants --allow-natives-syntax. */
  tiers: ({ child }) => {
    const isOptimized = new Function('f', 'return %IsTurboFanFunction(f)') as (f: unknown) => boolean;
    const f = load();
    return child(() => {
      f(0);
      const cold = isOptimized(f);
      for (let i = 0; i < 2_000_000; i++) f(i & 1023);
      return { cold, hot: isOptimized(f) };
    });
  },
};
