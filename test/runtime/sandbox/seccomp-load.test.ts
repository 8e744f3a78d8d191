/** Errors in a policy file name the place and the likely fix. */
import { describe, expect, test } from 'vitest';
import { loadPolicy } from '../../../runtime/sandbox/seccomp-load.ts';

const load = (json: unknown): unknown => loadPolicy(typeof json === 'string' ? json : JSON.stringify(json), 'my.json');
const withCall = (call: unknown): unknown => ({ name: 'mine', calls: [{ name: 'brk', reason: 'x' }, call] });
const withTest = (name: string, when: unknown): unknown => withCall({ name, reason: 'x', when: [when] });

const wrong: [string, unknown, string, string | null][] = [
  ['no JSON', '{"name": ', "can't read the seccomp policy: my.json: ", null],
  ['no object', [], 'my.json: must be an object', null],
  ['no calls', { name: 'x' }, 'my.json: lacks "calls"', null],
  ['calls that are no list', { name: 'x', calls: {} }, 'my.json: calls: must be a list', null],
  ['an empty name', { name: ' ', calls: [] }, 'my.json: name: must be a text', null],
  ['an unknown key', { name: 'x', call: [], calls: [] }, 'my.json: unknown key "call"', 'did you mean calls?'],
  [
    'a misspelt call',
    withCall({ name: 'opennat', reason: 'x' }),
    'my.json: calls[1].name: no system call "opennat"',
    'did you mean openat?',
  ],
  ['a call from nowhere', withCall({ name: 'zzzzzz', reason: 'x' }), 'calls[1].name: no system call "zzzzzz"', null],
  ['no reason', withCall({ name: 'close' }), 'calls[1]: lacks "reason"', null],
  ['an empty reason', withCall({ name: 'close', reason: '' }), 'calls[1].reason: must be a text', null],
  [
    'a call twice',
    withCall({ name: 'brk', reason: 'y' }),
    'calls[1].name: brk is listed twice',
    'put both forms into one "when"',
  ],
  [
    'no alternatives',
    withCall({ name: 'mmap', reason: 'x', when: [] }),
    'calls[1].when: is empty',
    'leave the call out',
  ],
  [
    'too many alternatives',
    withCall({ name: 'mmap', reason: 'x', when: Array(17).fill({ prot: { equals: 0 } }) }),
    'calls[1].when: has more than 16',
    null,
  ],
  [
    'a call without argument names',
    withTest('brk', { addr: { equals: 0 } }),
    "calls[1].when[0]: the arguments of brk can't be checked",
    'these can: mmap, ',
  ],
  [
    'an unknown argument',
    withTest('mmap', { flag: { equals: 0 } }),
    'calls[1].when[0]: unknown key "flag"',
    'did you mean flags?',
  ],
  [
    'no argument',
    withTest('mmap', {}),
    'calls[1].when[0]: names no argument',
    'leave "when" out to allow the call always',
  ],
  ['no test', withTest('mmap', { prot: {} }), 'when[0].prot: is no test of an argument', 'one of "descriptor", '],
  [
    'tests that do not go together',
    withTest('mmap', { prot: { equals: 1, in: [1] } }),
    'when[0].prot: is no test',
    'one of ',
  ],
  [
    'an unknown test',
    withTest('mmap', { prot: { equal: 1 } }),
    'when[0].prot: unknown key "equal"',
    'did you mean equals?',
  ],
  [
    'the second of two tests',
    withTest('mmap', { prot: [{ equals: 1 }, 7] }),
    'when[0].prot[1]: must be an object',
    null,
  ],
  [
    'a misspelt constant',
    withTest('mmap', { prot: { equals: 'PROT_READ|PROT_WRIT' } }),
    'prot.equals: unknown constant "PROT_WRIT"',
    'did you mean PROT_WRITE?',
  ],
  [
    'a negative number',
    withTest('mmap', { prot: { equals: -1 } }),
    'prot.equals: must be a whole number from 0',
    'write large ones as "0x…"',
  ],
  [
    'a number that JSON rounds',
    withTest('mmap', { addr: { equals: 2 ** 60 } }),
    'addr.equals: must be a whole number',
    null,
  ],
  [
    'a value of a wrong kind',
    withTest('mmap', { prot: { equals: null } }),
    'prot.equals: must be a number or names',
    null,
  ],
  [
    'a value that is too wide',
    withTest('madvise', { advice: { equals: '0x100000000' } }),
    'advice.equals: is too large: advice has 32 bits',
    null,
  ],
  [
    'a mask that hides what is compared',
    withTest('mmap', { prot: { equals: 3, mask: 1 } }),
    'prot: can never hold',
    null,
  ],
  ['an empty set', withTest('madvise', { advice: { in: [] } }), 'advice.in: must have 1 to 64 values', null],
  ['a bad member', withTest('madvise', { advice: { in: [1, 'x'] } }), 'advice.in[1]: unknown constant "x"', null],
  ['a descriptor that is none', withTest('mmap', { addr: 'descriptor' }), 'addr: addr is no descriptor', null],
  ['half a range', withTest('mprotect', { addr: { within: [1] } }), 'addr.within: must be [start, end]', null],
  ['an empty range', withTest('mprotect', { addr: { within: [5, 5] } }), 'addr.within: is empty', null],
  [
    'a range of a small argument',
    withTest('madvise', { advice: { within: [1, 2] } }),
    'advice: "within" is for addresses',
    null,
  ],
  [
    'an unknown parameter',
    withTest('mprotect', { addr: { within: ['$codeBegin', 9] } }),
    'within[0]: unknown parameter "$codeBegin"',
    'known: $codeStart, $codeEnd',
  ],
  [
    'a length from nowhere',
    withTest('mprotect', { addr: { within: [1, 2], length: 'length' } }),
    'addr.length: must name the argument',
    null,
  ],
];

describe('refused', () => {
  test.each(wrong)('%s', (_, json, message, hint) => {
    const error: unknown = catching(() => load(json));
    expect(error).toMatchObject({ name: 'WasmctrError', code: 'usage' });
    expect(String(error)).toContain(message);
    if (hint !== null) expect((error as { hint: string }).hint).toContain(hint);
  });
});

test('hostile names are quoted, so that no escape sequence reaches a terminal', () => {
  const error = catching(() => load(withCall({ name: '\u001b[2Jx', reason: 'x' })));
  expect(String(error)).toContain('"\\u001b[2Jx"');
});

test('values: numbers, hexadecimal, decimal, names, several at once', () => {
  const forms = [3, '3', '0x3', 'PROT_READ|PROT_WRITE', ' PROT_READ | 0x2'];
  const policies = forms.map((form) => load(withTest('mmap', { prot: { equals: form } })));
  for (const policy of policies) expect(policy).toEqual(policies[0]);
});

function catching(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
