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
