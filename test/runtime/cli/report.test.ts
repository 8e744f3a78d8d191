import { describe, expect, test } from 'vitest';
import { receiptJson, receiptText } from '../../../runtime/cli/receipt.ts';
import { describeError, resultText } from '../../../runtime/cli/report.ts';
import type { RunResult } from '../../../runtime/result.ts';
import { expectGolden } from './golden.ts';
import { cli, resultOf } from './io.ts';

const [spec] = (
  await cli(['run', '--timeout', '5s', '--memory', '64MiB', '--cpu-time', '2s', '--max-output', '1k', 'a.wasm'])
).specs;
if (spec === undefined) throw new Error('no spec');

const killed = { ok: false, guestExitCode: null, signal: 'SIGKILL', exitCode: 137 };
const truncated = { ...resultOf({}).usage, io: { ...resultOf({}).usage.io, outputTruncated: true } };

describe('what a run leaves on stderr', () => {
  test.each<[string, Partial<RunResult>, string]>([
    ['success', {}, ''],
    ['the guest’s own code', { ok: false, exitCode: 3, guestExitCode: 3 }, ''],
    ['a deadline', { ...killed, timedOut: true }, 'wasmctr: timed out: a.wasm: ETIMEDOUT: raise --timeout (now 5s)\n'],
    ['CPU time', { ...killed, cpuTimeExceeded: true }, 'wasmctr: out of CPU time: a.wasm: raise --cpu-time (now 2s)\n'],
    ['memory', { ...killed, oomKilled: true }, 'wasmctr: out of memory: a.wasm: ENOMEM: raise --memory (now 64MiB)\n'],
    ['a signal', killed, 'wasmctr: killed: a.wasm: SIGKILL\n'],
    ['Ctrl-C', { ...killed, signal: 'SIGINT' }, ''],
    ['a closed pipe', { ...killed, signal: 'SIGPIPE' }, ''],
    [
      'an error of ours',
      { ...killed, error: { code: 'module', message: 'no: a.wasm', hint: 'fix it' } },
      'wasmctr: no: a.wasm: fix it\n',
    ],
    ['output', { usage: truncated }, 'wasmctr: output limit reached: a.wasm: ENOSPC: raise --max-output (now 1KiB)\n'],
    [
      'a trap',
      { ok: false, trap: { name: 'unreachable', message: '', backtrace: ['main', 'start\u001b[2J'] } },
      'wasmctr: trap: a.wasm: unreachable\n    at main\n    at start\\x1b[2J\n',
    ],
    [
      'a trap with a message',
      { ok: false, trap: { name: 'uncaught exception', message: 'a\nb', backtrace: [] } },
      'wasmctr: trap: a.wasm: uncaught exception: a\\nb\n',
    ],
  ])('%s', (_, changes, text) => expect(resultText(resultOf(changes), spec)).toBe(text));

  test('a forbidden system call comes before the signal that it caused', () => {
    const text = resultText(resultOf({ ...killed, signal: 'SIGSYS', seccompViolation: 'socket' }), spec);
    expect(text).toMatch(/^wasmctr: forbidden system call: a.wasm: socket: .*\n$/);
  });

  test('a stack of a guest’s making is cut', () => {
    const backtrace = Array.from({ length: 100_000 }, () => 'f'.repeat(100_000));
    const text = resultText(resultOf({ ok: false, trap: { name: 'x', message: 'm'.repeat(1e6), backtrace } }), spec);
    expect(text.length).toBeLessThan(50 * 600 + 5000);
    expect(text).toMatch(/\n {4}\.\.\. 99950 more\n$/);
  });
});

test('an error is known by its name: lazily loaded code has its own copy of the class', () => {
  const copy = Object.assign(new Error('what'), { name: 'WasmctrError', code: 'not-found', hint: null });
  expect(describeError(copy)).toEqual({ text: 'wasmctr: what\n', exitCode: 127 });
  expect(describeError(Object.assign(copy, { code: 'made up' })).exitCode).toBe(125);
  expect(describeError('thrown text')).toEqual({
    text: 'wasmctr: internal error: thrown text: please report it\n',
    exitCode: 125,
  });
});

describe('the receipt', () => {
  test('golden', () => {
    expectGolden('receipt.txt', receiptText(resultOf({})));
    const bad = resultOf({
      ...killed,
      oomKilled: true,
      trap: { name: 'unreachable', message: '', backtrace: [] },
      usage: { ...truncated, cgroup: null },
    });
    expectGolden('receipt-failure.txt', receiptText(bad));
  });
  test('JSON is one line that holds the whole result, and no terminal escapes', () => {
    const result = resultOf({ trap: { name: 'x', message: 'a\n\u001b[31m\u009b\u007f\u202e', backtrace: [] } });
    const line = receiptJson(result);
    expect(line).toMatch(/^[ -~]*\n$/);
    expect(JSON.parse(line)).toEqual(result);
  });
  test('text has no escapes of the guest’s', () => {
    expect(
      receiptText(resultOf({ enforced: { 'x\u001b': { enforced: true, detail: '\u001b]0;x\u0007' } } })),
    ).toContain('\\x1b]0;x\\x07');
  });
});
