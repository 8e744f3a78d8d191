/** Addresses of a violation as a person can look them up. */
import { expect, test } from 'vitest';
import { describeStack } from '../../../runtime/sandbox/native-stack.ts';

const maps = `00400000-00b00000 r--p 00000000 fe:00 123                              /usr/bin/node
00b00000-05b00000 r-xp 00700000 fe:00 123                              /usr/bin/node
7f0000000000-7f0020000000 rwxp 00000000 00:00 0
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]
`;

test('by file and offset, or by the kind of memory', () => {
  expect(describeStack(['0xb00010', '0x7f0000001000', '0x7f0030000000', '0x7ffd00000008'], maps)).toEqual([
    'node+0x700010',
    '0x7f0000001000 (machine code of V8)',
    '0x7f0030000000 (made after the fork)',
    '[stack]+0x8',
  ]);
});

test('what is no address is not repeated: it comes from the container', () => {
  expect(describeStack(['\u001b[2J', '', '0x', `0x${'f'.repeat(17)}`], maps)).toEqual(['?', '?', '?', '?']);
});
