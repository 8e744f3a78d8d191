/** stdin, stdout and stderr. */
import { expect, it } from 'vitest';
import { wasi1 } from '../helpers/wasi.ts';
import { runGuest } from '../helpers/wasmctr.ts';
import { streamSuite } from '../suites/streams.suite.ts';

streamSuite(wasi1);

it('more than 1024 buffers in one call are written', async () => {
  const { bytes, code } = await runGuest('wat/many-iovecs');
  // A short write is allowed, of what the call says.
  expect([bytes.length & 255, bytes.toString().replaceAll('x', '')]).toEqual([code, '']);
  expect(bytes.length).toBeGreaterThanOrEqual(1024);
});
