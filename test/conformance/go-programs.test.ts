/** Programs that Go makes for WASI 0.1: a big runtime with its own scheduler, polling and non-blocking files. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { type RunningWasmctr, runGuest, startGuest } from '../helpers/wasmctr.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('Go', () => {
  beforeAll(() => build('go'));
  afterAll(() => expectNothingLeft());

  it('a thousand goroutines sleep and send', async () => {
    expect(await runGuest('go/goroutines')).toMatchObject({ stdout: '499500\n', stderr: '', code: 0 });
  });

  it('a panic prints its goroutine and exits with 2', async () => {
    const { stderr, code } = await runGuest('go/panic');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^panic: assignment to entry in nil map\n\ngoroutine 1 \[running\]:\nmain\.main\(\)/);
  });

  it('a TCP server serves connections at once', async () => {
    const port = await freePort();
    const run = startGuest('go/tcp-echo', [], { flags: ['--listen', `127.0.0.1:${port}`] });
    await run.saw('listening');
    const { connect } = await import('node:net');
    const sockets = Array.from({ length: 10 }, () => connect(port, '127.0.0.1').setEncoding('utf8'));
    for (const [index, socket] of sockets.entries()) {
      socket.write(`line ${index}\n`);
      expect(await once(socket, 'data')).toEqual([`line ${index}\n`]);
    }
    sockets[9]?.write('quit\n');
    expect(await run.result).toMatchObject({ stdout: 'listening\nstopped\n', stderr: '', code: 0 });
    for (const socket of sockets) socket.destroy();
  });

  describe('an HTTP server', () => {
    let run: RunningWasmctr;
    let url: string;
    beforeAll(async () => {
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      run = startGuest('go/http-server', [], { flags: ['--listen', `127.0.0.1:${port}`], timeoutMs: 60_000 });
      await run.saw('listening');
    });

    it('answers', async () => {
      const response = await fetch(`${url}/hello?name=W%C3%BCrmli`);
      expect(await response.text()).toBe('hello Würmli\n');
    });

    it('takes an upload of 5 MiB', async () => {
      const body = randomBytes(5 << 20);
      const response = await fetch(`${url}/upload`, { method: 'POST', body });
      const digest = createHash('sha256').update(body).digest('hex');
      expect(await response.text()).toBe(`${body.length} ${digest}\n`);
    });

    it('serves slow requests side by side', async () => {
      const start = performance.now();
      const answers = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(`${url}/slow`)).text()));
      expect(answers).toEqual(Array(10).fill('slow\n'));
      // Each takes 200 ms; one after the other they would take two seconds.
      expect(performance.now() - start).toBeLessThan(1500);
    });

    it('ends with its own exit code', async () => {
      expect(await (await fetch(`${url}/quit`)).text()).toBe('bye\n');
      expect(await run.result).toMatchObject({ stderr: '', code: 5 });
    });
  });
});
