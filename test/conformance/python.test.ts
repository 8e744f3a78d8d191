/** CPython 3.12 as someone else compiled it: a big module with its standard library inside. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWasm } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { type WasmctrOptions, type WasmctrResult, wasmctr } from '../helpers/wasmctr.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wasmctr-python-'));
});
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await expectNothingLeft();
});

interface PythonOptions extends WasmctrOptions {
  flags?: readonly string[];
}

const python = (args: readonly string[], options: PythonOptions = {}): Promise<WasmctrResult> =>
  wasmctr(['run', ...(options.flags ?? []), pythonWasm, ...args], { timeoutMs: 60_000, ...options });

/** Runs a script from a granted directory. */
function script(source: string, args: readonly string[] = [], flags: readonly string[] = []): Promise<WasmctrResult> {
  writeFileSync(join(dir, 'script.py'), source);
  return python(['/data/script.py', ...args], { flags: ['--dir', `${dir}::/data`, ...flags] });
}

it('says who it is', async () => {
  expect(await python(['-c', 'import sys; print(sys.version_info[:2], sys.platform)'])).toMatchObject({
    stdout: '(3, 12) wasi\n',
    stderr: '',
    code: 0,
  });
});

it('a script reads and writes files, and exits with a code', async () => {
  mkdirSync(join(dir, 'orders'));
  writeFileSync(join(dir, 'orders/1.json'), '{"item": "żarówka", "price": "3.10", "count": 3}');
  writeFileSync(join(dir, 'orders/2.json'), '{"item": "cable", "price": "0.99", "count": 10}');
  const source = `
import csv, decimal, hashlib, json, os, pathlib, sys
root = pathlib.Path(sys.argv[1])
rows = [json.loads(p.read_text()) for p in sorted(root.glob('orders/*.json'))]
total = sum(decimal.Decimal(r['price']) * r['count'] for r in rows)
with open(root / 'report.csv', 'w', newline='') as out:
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([row['item'], row['count'], row['price']])
    writer.writerow(['total', '', total])
(root / 'orders').rename(root / 'done')
print(hashlib.sha256((root / 'report.csv').read_bytes()).hexdigest()[:8], os.environ['CURRENCY'])
print('incomplete', file=sys.stderr)
sys.exit(3)
`;
  const result = await script(source, ['/data'], ['--env', 'CURRENCY=CHF']);
  expect(result).toMatchObject({
    stdout: expect.stringMatching(/^[0-9a-f]{8} CHF\n$/),
    stderr: 'incomplete\n',
    code: 3,
  });
  expect(readFileSync(join(dir, 'report.csv'), 'utf8')).toBe('żarówka,3,3.10\r\ncable,10,0.99\r\ntotal,,19.20\r\n');
  expect(readFileSync(join(dir, 'done/2.json'), 'utf8')).toContain('cable');
});

it('reads a program from standard input', async () => {
  expect(await python(['-'], { stdin: 'print(sum(range(10**5)))\n' })).toMatchObject({
    stdout: '4999950000\n',
    code: 0,
  });
});

it('reads data from standard input', async () => {
  const source = 'import sys; print(sum(int(line) for line in sys.stdin))';
  const stdin = Array.from({ length: 10_000 }, (_, index) => index).join('\n');
  expect((await python(['-c', source], { stdin })).stdout).toBe('49995000\n');
});

it('an uncaught exception is a traceback and exit code 1', async () => {
  const { stderr, code } = await python(['-c', '1/0']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Traceback [\s\S]+ZeroDivisionError: division by zero\n$/);
});

it('what was not granted is not there', async () => {
  const source = `
import os
for path in ('/etc/passwd', '/data/../etc/passwd', '/proc/self/environ'):
    try:
        open(path)
        print('open', path)
    except OSError as error:
        print(type(error).__name__, path)
print(dict(os.environ), sorted(os.listdir('/data')) != [])
`;
  const { stdout, code } = await script(source);
  expect(code).toBe(0);
  expect(stdout).not.toContain('open ');
  expect(stdout).toContain('{} True\n');
});

it('a read-only directory is read-only', async () => {
  writeFileSync(join(dir, 'kept'), 'kept');
  const source = "open('/data/kept', 'w')";
  const { stderr, code } = await python(['-c', source], { flags: ['--dir', `${dir}::/data:ro`] });
  expect(code).toBe(1);
  expect(stderr).toMatch(/OSError: \[Errno \d+\] Read-only file system/);
  expect(readFileSync(join(dir, 'kept'), 'utf8')).toBe('kept');
});

it('deep recursion is Python’s own error, not a crash', async () => {
  const source = 'def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError: print("caught")';
  expect(await python(['-c', source])).toMatchObject({ stdout: 'caught\n', code: 0 });
});

describe('the standard library', () => {
  it('has its modules', async () => {
    const source = `
import ast, base64, bisect, collections, contextlib, copy, dataclasses, datetime, difflib, enum, fractions, functools
import gzip, heapq, html, io, itertools, logging, math, operator, random, re, secrets, shutil, statistics, string
import struct, tempfile, textwrap, time, traceback, types, typing, unicodedata, unittest, urllib.parse, uuid, zipfile
print('all')`;
    expect(await python(['-c', source])).toMatchObject({ stdout: 'all\n', stderr: '', code: 0 });
  });

  it('has randomness, time and sleep', async () => {
    const source = `
import random, secrets, time
start = time.monotonic(); time.sleep(0.1)
print(0.1 <= time.monotonic() - start < 5, len(set(secrets.token_bytes(64))) > 20, abs(time.time() - ${Date.now() / 1000}) < 30)`;
    expect((await python(['-c', source])).stdout).toBe('True True True\n');
  });

  it('walks, copies and removes trees', async () => {
    const source = `
import os, shutil
os.makedirs('/data/tree/a/b/c')
for i in range(50): open(f'/data/tree/a/f{i}', 'w').write('x' * i)
os.symlink('f1', '/data/tree/a/link')
shutil.copytree('/data/tree', '/data/copy', symlinks=True)
print(sum(len(files) for _, _, files in os.walk('/data/copy')), os.readlink('/data/copy/a/link'))
print(os.stat('/data/copy/a/f7').st_size, os.path.samefile('/data/copy/a/f1', '/data/copy/a/link'))
shutil.rmtree('/data/tree'); shutil.rmtree('/data/copy')
print([name for name in os.listdir('/data') if name in ('tree', 'copy')])
`;
    expect((await script(source)).stdout).toBe('51 f1\n7 True\n[]\n');
  });
});
