import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GuestConfig, GuestMessage } from '../../host/config.ts';
import { warmUpModule } from '../../host/warm-up-module.ts';
import { guest } from '../helpers/guests.ts';
import { wat } from './run-bytes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-main-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Life {
  messages: GuestMessage[];
  sizes: number[];
  stdout: string;
  stderr: string;
  status: number | null;
}

function live(module: string, options: { config?: Partial<GuestConfig>; lost?: boolean; warm?: boolean } = {}): Life {
  const script = join(import.meta.dirname, 'guest-process.ts');
  const { output, status } = spawnSync(
    process.execPath,
    ['--single-threaded', '--no-warnings', script, JSON.stringify({ module, ...options })],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const [, stdout = '', stderr = '', sent = ''] = output.map((text) => text ?? '');
  const lines = sent.trimEnd().split('\n').filter(Boolean);
  return {
    messages: lines.map((line) => JSON.parse(line.slice(line.indexOf(' ')))),
    sizes: lines.map((line) => Number.parseInt(line, 10)),
    stdout,
    stderr,
    status,
  };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await wat(text));
  return path;
}

describe('messages', () => {
  test('ready, then the outcome with what was written, and a process that exits 0', () => {
    expect(live(guest('c/exit-code'), { config: { args: ['exit-code', '3'] } })).toEqual({
      messages: [
        {
          type: 'ready',
          compileUs: expect.any(Number),
          instantiateUs: expect.any(Number),
          codeBytes: expect.any(Number),
          isKept: false,
        },
        { type: 'outcome', outcome: { kind: 'exit', code: 3 }, io: expect.any(Object), uses: null },
      ],
      sizes: expect.any(Array),
      stdout: '',
      stderr: '',
      status: 0,
    });
    const hello = live(guest('c/hello'));
    expect(hello.stdout).not.toBe('');
    expect(hello.messages[1]).toMatchObject({
      io: { outputBytes: hello.stdout.length, writtenBytes: hello.stdout.length },
    });
  });

  test('nothing of the guest runs after its exit, whatever it catches', async () => {
    const path = await file(
      'catching.wasm',
      `(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start")
          (try (do (call $exit (i32.const 7))) (catch_all))
          (loop $for_ever (br $for_ever))))`,
    );
    expect(live(path)).toMatchObject({
      messages: [{ type: 'ready' }, { outcome: { kind: 'exit', code: 7 } }],
      status: 0,
    });
  });

  test('fit into a datagram, also with the longest names and the deepest stack', async () => {
    const name = '\\e6\\97\\a5'.repeat(4000); // a character of three bytes
    const path = join(folder, 'deep.wasm');
    const long = '日'.repeat(4000);
    const names = nameSection(long, [[0, long]]);
    writeFileSync(path, Buffer.concat([await wat('(module (func (export "_start") (call 0)))', false), names]));
    const deep = live(path);
    expect(JSON.stringify(deep.messages[1])).toContain('日日日日');
    expect(deep.messages[1]).toMatchObject({ outcome: { kind: 'trap', name: 'call stack exhausted' } });
    const imports = Array.from({ length: 500 }, (_, i) => `(import "${name}" "${i}${name}" (func))`).join('');
    const unknown = live(await file('unknown.wasm', `(module ${imports})`));
    expect(unknown.messages).toMatchObject([{ type: 'failed', code: 'unknown-imports' }]);
    const results = live(
      await file(
        'many.wasm',
        `(module (func (export "f") (result ${'i64 '.repeat(1000)}) ${'(i64.const -9223372036854775808)'.repeat(1000)}))`,
      ),
      {
        config: { invoke: { name: 'f', args: [] } },
      },
    );
    expect(results.messages[1]).toMatchObject({ outcome: { kind: 'returned' } });
    for (const size of [...deep.sizes, ...unknown.sizes, ...results.sizes]) expect(size).toBeLessThan(65_536);
  });

  test('a failure before the guest runs', async () => {
    const path = await file('library.wasm', '(module (func (export "f")))');
    expect(live(path)).toMatchObject({ messages: [{ type: 'failed', code: 'no-entry' }], stderr: '', status: 0 });
  });

  test('a bug of ours is told as one, with its place', () => {
    expect(live(guest('c/hello'), { config: { moduleFd: 5 } })).toMatchObject({
      messages: [
        { type: 'failed', code: 'internal', message: expect.stringContaining('no descriptor was sent at position 5') },
      ],
      status: 0,
    });
  });

  test('nobody to hear them: the exit status says so', () => {
    expect(live(guest('c/hello'), { lost: true }).status).toBe(125);
  });
});

test('--strace: a line for each call on stderr', () => {
  const { stderr, stdout } = live(guest('c/hello'), { config: { strace: true } });
  expect(stderr).toMatch(/^fd_write\(.*\n/m);
  expect(stdout).not.toContain('fd_write');
});

describe('warm-up', () => {
  test('says nothing and leaves no trace in what comes after', () => {
    const cold = live(guest('c/list-fds'));
    const warm = live(guest('c/list-fds'), { warm: true });
    expect({ ...warm, messages: warm.messages.slice(1), sizes: [] }).toEqual({
      ...cold,
      messages: cold.messages.slice(1),
      sizes: [],
    });
    expect(warm.messages).toHaveLength(2);
  });

  test('its module is what this text assembles to', async () => {
    const module = new WebAssembly.Module(warmUpModule());
    const source = new WebAssembly.Module((await wat(warmUpSource)).slice());
    for (const shape of [WebAssembly.Module.imports, WebAssembly.Module.exports])
      expect(shape(module)).toEqual(shape(source));
    const withNames = Buffer.from(await wat(warmUpSource));
    const warm = Buffer.from(warmUpModule());
    const code = warm.subarray(0, warm.indexOf(Buffer.from([0, 5, 4, ...Buffer.from('name')])));
    expect(withNames.subarray(0, code.length)).toEqual(code);
    for (const name of ['name', '.debug_info']) expect(WebAssembly.Module.customSections(module, name)).toHaveLength(1);
  });
});

/** A "name" section with a module's name and those of functions. */
function nameSection(module: string, functions: readonly (readonly [index: number, name: string])[]): Buffer {
  const leb = (value: number) => Buffer.from([(value & 0x7f) | 0x80, ((value >> 7) & 0x7f) | 0x80, value >> 14]);
  const sized = (bytes: Buffer) => Buffer.concat([leb(bytes.length), bytes]);
  const vector = functions.map(([index, name]) => Buffer.concat([leb(index), sized(Buffer.from(name))]));
  const body = [
    Buffer.from([4]),
    Buffer.from('name'),
    Buffer.from([0]),
    sized(sized(Buffer.from(module))),
    Buffer.from([1]),
    sized(Buffer.concat([leb(functions.length), ...vector])),
  ];
  return Buffer.concat([Buffer.from([0]), sized(Buffer.concat(body))]);
}

const warmUpSource = `(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fdstat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $args (i32.const 0) (i32.const 4)))
    (drop (call $environ (i32.const 0) (i32.const 4)))
    (drop (call $clock (i32.const 1) (i64.const 0) (i32.const 0)))
    (drop (call $prestat (i32.const 3) (i32.const 0)))
    (drop (call $fdstat (i32.const 1) (i32.const 0)))
    ;; Beyond the memory: refused before anything is read or written.
    (drop (call $read (i32.const 0) (i32.const 65535) (i32.const 1) (i32.const 0)))
    (drop (call $write (i32.const 1) (i32.const 65535) (i32.const 1) (i32.const 0)))
    (call $exit (i32.const 0))))`;
