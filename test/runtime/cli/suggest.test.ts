import { expect, test } from 'vitest';
import { nearest } from '../../../runtime/cli/suggest.ts';

const words = ['dir', 'timeout', 'memory', 'max-files', 'cpus', 'env', 'env-file'];

test.each<[string, string | null]>([
  ['dri', 'dir'],
  ['dirs', 'dir'],
  ['time-out', 'timeout'],
  ['timeuot', 'timeout'],
  ['memroy', 'memory'],
  ['mem', 'memory'],
  ['maxfiles', 'max-files'],
  ['cpu', 'cpus'],
  ['envfile', 'env-file'],
  ['env', 'env'],
  ['', null],
  ['x', null],
  ['qqqqqq', null],
  ['x'.repeat(100_000), null],
])('%s', (word, suggestion) => expect(nearest(word, words)).toBe(suggestion));
