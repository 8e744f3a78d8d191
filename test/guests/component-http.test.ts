/** wasi:http end to end: TLS, redirects, many requests at once, and what the receipt says of it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { runGuest, startGuest } from '../helpers/wasmctr.ts';

let folder = '';
beforeAll(() => {
  build('rust-p2');
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-http-'));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-subj',
    '/CN=Test authority',
  );
  openssl('req', ...curve, '-keyout', 'key.pem', '-out', 'req.pem', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:localhost');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-out', 'cert.pem', '-extfile', 'ext', '-days', '30'];
  openssl('x509', '-req', '-in', 'req.pem', ...signed);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  expectNothingLeft();
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const serving = (listener: RequestListener): Promise<number> => listening(createServer(listener));

describe('HTTPS', () => {
  const serve = (): Promise<number> => {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
    return listening(createHttpsServer({ key: key ?? '', cert: cert ?? '' }, (_, response) => response.end('secret')));
  };
  const get = async (...flags: string[]): ReturnType<typeof runGuest> =>
    runGuest('rust-p2/http-get', [`https://localhost:${await serve()}/`], {
      flags: ['--allow-net', 'loopback', ...flags],
    });

  it('is believed with --tls-ca', async () => {
    expect(await get('--tls-ca', join(folder, 'ca.pem'))).toMatchObject({
      stdout: '200 \nsecret',
      stderr: '',
      code: 0,
    });
  });

  it.each([
    ['with nothing that could be', []],
    ['with the well-known authorities', ['--allow-net', 'example.com']],
  ])('is not believed %s', async (_, flags) => {
    expect(await get(...flags)).toMatchObject({ stdout: '', stderr: 'ErrorCode::TlsCertificateError\n', code: 1 });
  });

  it('wants certificates in --tls-ca', async () => {
    const missing = await get('--tls-ca', join(folder, 'none.pem'));
    expect(missing).toMatchObject({ code: 125, stderr: expect.stringMatching(/--tls-ca .*none\.pem: ENOENT/) });
    const other = await get('--tls-ca', join(folder, 'key.pem'));
    expect(other).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/no certificate: --tls-ca .*key\.pem: .*PEM/),
    });
  });
});

describe('redirects', () => {
  it("are the guest's to follow, and lead nowhere that is not allowed", async () => {
    const port = await serving(({ url }, response) => {
      const location = url === '/first' ? `http://127.0.0.1:${port}/next` : 'http://169.254.169.254/latest/meta-data/';
      response.writeHead(302, { location }).end();
    });
    const receipt = join(folder, 'receipt.json');
    const flags = [
      '--allow-net',
      'loopback',
      '--allow-net',
      'public',
      '--allow-net',
      'private',
      '--stats-file',
      receipt,
    ];
    const run = await runGuest('rust-p2/http-follow', [`http://127.0.0.1:${port}/first`], { flags });
    expect(run).toMatchObject({ stdout: '302\n302\nErrorCode::DestinationIpProhibited\n', stderr: '', code: 0 });
    const { network } = JSON.parse(readFileSync(receipt, 'utf8'));
    expect(network).toMatchObject({
      connections: 1,
      peers: [{ protocol: 'http', direction: 'out', address: `127.0.0.1:${port}`, connections: 1 }],
      denials: [{ what: 'tcp 169.254.169.254:80', count: 1 }],
    });
  });
});

describe('many at once', () => {
  it('each come when they come, and the slow one too late', async () => {
    const port = await serving(({ url, socket }, response) => {
      if (url === '/3') return;
      if (url === '/5') {
        response.write('half');
        setTimeout(() => socket.destroy(), 50);
      } else response.end('x'.repeat(Number(url?.slice(1)) * 10_000));
    });
    const flags = ['--allow-net', 'loopback'];
    const run = await runGuest('rust-p2/http-parallel', [`127.0.0.1:${port}`, '20'], { flags });
    expect(run).toMatchObject({ stderr: '', code: 0 });
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines.length).toBe(20);
    expect(lines).toContain('19 200 190000');
    expect(lines).toContain('5 200 4 ErrorCode::HttpResponseIncomplete');
    expect(lines.at(-1)).toBe('3 ErrorCode::ConnectionReadTimeout');
  });

  it('end with their guest', async () => {
    let arrive = (_: Promise<unknown>): void => {};
    const arrived = new Promise<{ closed: Promise<unknown> }>((resolve) => {
      arrive = (closed) => resolve({ closed });
    });
    const port = await serving((request) => arrive(once(request.socket, 'close')));
    const flags = ['--allow-net', 'loopback'];
    const run = startGuest('rust-p2/http-get', [`http://127.0.0.1:${port}/`], { flags });
    const { closed } = await arrived;
    run.process.kill('SIGTERM');
    await closed;
    expect((await run.result).code).not.toBe(0);
  });
});
