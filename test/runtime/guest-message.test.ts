/** What a container says about its uses is read word by word: it may be lying. */
import { expect, test } from 'vitest';
import { parseContainerMessage } from '../../runtime/guest-message.ts';

const io = { calls: 1, readBytes: 2, writtenBytes: 3, outputBytes: 4, outputTruncated: false };
const uses = { preopens: ['none', 'write'], environment: true, files: 5, memoryBytes: 65536, streamCalls: ['stat'] };

function parsed(uses: unknown): ReturnType<typeof parseContainerMessage> {
  const message = { type: 'outcome', outcome: { kind: 'exit', code: 0 }, io, uses };
  return parseContainerMessage(new TextEncoder().encode(JSON.stringify(message)));
}

test('uses are read, or null', () => {
  expect(parsed(uses)).toMatchObject({ uses });
  expect(parsed({ ...uses, memoryBytes: null })).toMatchObject({ uses: { memoryBytes: null } });
  expect(parsed(null)).toMatchObject({ type: 'outcome', uses: null });
});

test.each<[string, object]>([
  ['an unknown use', { preopens: ['execute'] }],
  ['no list', { preopens: 'write' }],
  ['more mounts than there can be', { preopens: Array(258).fill('none') }],
  ['a negative number', { files: -1 }],
  ['no number', { memoryBytes: '1' }],
  ['an unknown call', { streamCalls: ['ptrace'] }],
])('%s makes it no message', (_, changes) => expect(parsed({ ...uses, ...changes })).toBeNull());

test('uses that are missing make it no message', () => expect(parsed(undefined)).toBeNull());

function hot(functions: unknown): ReturnType<typeof parseContainerMessage> {
  return parseContainerMessage(new TextEncoder().encode(JSON.stringify({ type: 'hot', functions })));
}

test('hot functions are ascending indexes', () => {
  expect(hot([0, 5, 999_999])).toEqual({ type: 'hot', functions: [0, 5, 999_999] });
  expect(hot([])).toEqual({ type: 'hot', functions: [] });
});

test.each<[string, unknown]>([
  ['a million', Array.from({ length: 1_000_000 }, (_, i) => i)],
  ['one more than is told', Array.from({ length: 4097 }, (_, i) => i)],
  ['one twice', [1, 1]],
  ['descending ones', [2, 1]],
  ['a negative one', [-1]],
  ['half of one', [0.5]],
  ['one beyond all modules', [1_000_000]],
  ['text', ['1']],
  ['null', [null]],
  ['an object', { length: 1, 0: 1 }],
  ['none', undefined],
])('%s as hot functions make it no message', (_, functions) => expect(hot(functions)).toBeNull());
