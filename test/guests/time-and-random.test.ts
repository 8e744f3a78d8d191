/** Clocks, waiting, randomness, yielding. */
import { expect, it } from 'vitest';
import { wasi1 } from '../helpers/wasi.ts';
import { runGuest } from '../helpers/wasmctr.ts';
import { timeAndRandomSuite } from '../suites/time-and-random.suite.ts';

timeAndRandomSuite(wasi1);

it('waiting for nothing is refused', async () => {
  expect(await runGuest('wat/poll-nothing')).toMatchObject({ code: 28, stderr: '' });
});

it('a bad descriptor is reported in the event, not in the call', async () => {
  expect(await runGuest('wat/poll-bad-descriptor')).toMatchObject({ code: 8, stderr: '' });
});

it('64 MiB of randomness in one call', async () => {
  expect(await runGuest('wat/random-big')).toMatchObject({ code: 0, stderr: '' });
});
