/** How the tool process is started, and what its report becomes. */
import { expect, test } from 'vitest';
import { checkReport, toolFlags } from '../../../runtime/components/make-pack.ts';
import type { RunResult } from '../../../runtime/result.ts';
import { launcherFlags } from '../../helpers/fork.ts';
import { resultOf } from '../cli/io.ts';

test('the tool process has the flags of every start, and compiles no more than it runs', () => {
  expect(toolFlags).toEqual([...launcherFlags('--liftoff'), '--no-wasm-dynamic-tiering']);
});

const report = (changes: Partial<RunResult>): Buffer => Buffer.from(JSON.stringify(resultOf(changes)));
const failed = (changes: Partial<RunResult>): Buffer => report({ ok: false, exitCode: 125, ...changes });

test('one that went well', () => {
  expect(() => checkReport(report({}), 'app.wasm')).not.toThrow();
});

const error = { code: 'module', message: "can't run: /proc/self/fd/4: is not a valid component: no", hint: null };

test.each<[string, Buffer, string, string]>([
  ['none', Buffer.from(''), 'internal', 'the tool process ended early'],
  ['half of one', report({}).subarray(0, 40), 'internal', 'the tool process ended early'],
  ['no time left', failed({ timedOut: true }), 'module', 'too complex to transpile: app.wasm: it takes more than 120s'],
  ['no CPU time left', failed({ cpuTimeExceeded: true }), 'module', 'more than 60s of CPU time'],
  ['no memory left', failed({ oomKilled: true, signal: 'SIGKILL' }), 'module', 'more than 768MiB of memory'],
  ['an invalid component', failed({ error }), 'module', "can't run: app.wasm: is not a valid component: no"],
  ['a forbidden call', failed({ seccompViolation: 'openat', signal: 'SIGSYS' }), 'internal', 'were stopped: openat'],
  ['a crash', failed({ signal: 'SIGSEGV' }), 'internal', 'were stopped: SIGSEGV'],
])('%s', (_what, bytes, code, message) => {
  const says = { name: 'WasmctrError', code, message: expect.stringContaining(message) };
  expect(() => checkReport(bytes, 'app.wasm')).toThrow(expect.objectContaining(says));
});
