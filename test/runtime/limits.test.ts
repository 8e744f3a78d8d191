import { expect, test } from 'vitest';
import { defaultLimits } from '../../runtime/limits.ts';

test('a limit without a default is one whose bound is the machine itself', () => {
  const open = Object.entries(defaultLimits).filter(([, value]) => value === null);
  expect(open.map(([name]) => name)).toEqual([
    'cpus',
    'cpuWeight',
    'cpuset',
    'ioReadBytesPerSecond',
    'ioWriteBytesPerSecond',
  ]);
  for (const value of Object.values(defaultLimits)) expect(value === null || Number.isSafeInteger(value)).toBe(true);
});

test('tmpfs is memory, so by default it fits into it', () => {
  expect(defaultLimits.diskBytes).toBeLessThan(defaultLimits.memoryBytes);
});
