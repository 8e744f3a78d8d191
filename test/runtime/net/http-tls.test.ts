/** HTTPS in the broker, against real servers with certificates made here. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mayUseTls } from '../../../runtime/net/http-tls.ts';
import { parseNetRule } from '../../../runtime/net/policy-text.ts';
import { HttpGuest } from './http-guest.ts';

let folder = '';
const files = { ca: '', key: '', good: '', expired: '' };

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}

function certificate(name: string, ...dates: string[]): string {
  openssl(
    'x509',
    '-req',
    '-in',
    'req.pem',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-out',
    name,
    '-extfile',
    'ext',
    ...dates,
  );
  return readFileSync(join(folder, name), 'utf8');
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmctr-tls-'));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
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
  openssl('req', ...curve, '-keyout', 'key.pem', '-out', 'req.pem', '-subj', '/CN=server');
  writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:good.localhost,IP:127.0.0.1');
  files.ca = readFileSync(join(folder, 'ca.pem'), 'utf8');
  files.key = readFileSync(join(folder, 'key.pem'), 'utf8');
  files.good = certificate('good.pem', '-days', '30');
  files.expired = certificate('expired.pem', '-days', '0');
});
afterAll(() => rmSync(folder, { recursive: true }));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** The port of a server that answers with the name it was asked under. */
async function serving(options: ServerOptions = {}): Promise<number> {
  const server = createServer({ key: files.key, cert: files.good, ...options }, ({ socket }, response) => {
    const { servername, alpnProtocol } = socket as TLSSocket;
    response.end(`${servername || 'no name'} ${alpnProtocol}`);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('a server is believed', () => {
  it('under its name, over HTTP/1.1', async () => {
    const port = await serving();
    const guest = new HttpGuest({ tlsCa: files.ca });
    for (let i = 0; i < 2; i++) {
      const { body } = await guest.start(`https://good.localhost:${port}/`).response();
      expect(body).toBe('good.localhost http/1.1');
    }
    expect(guest.usage().peers.at(-1)).toMatchObject({ connections: 1 });
    expect(guest.usage().sentBytes).toBeGreaterThan(100);
  });

  it('under its address, of which no SNI is sent', async () => {
    const port = await serving();
    const guest = new HttpGuest({ tlsCa: files.ca });
    const { body } = await guest.start(`https://127.0.0.1:${port}/`).response();
    expect(body).toBe('no name http/1.1');
  });
});

describe('a server is not believed', () => {
  it('without its authority', async () => {
    const port = await serving();
    const request = new HttpGuest().start(`https://good.localhost:${port}/`);
    expect(await request.failure()).toEqual({ code: 'TLS-certificate-error' });
  });

  it('under another name', async () => {
    const port = await serving();
    const guest = new HttpGuest({ tlsCa: files.ca });
    expect(await guest.start(`https://bad.localhost:${port}/`).failure()).toEqual({ code: 'TLS-certificate-error' });
  });

  it('when its certificate has expired', async () => {
    const port = await serving({ cert: files.expired });
    const guest = new HttpGuest({ tlsCa: files.ca });
    expect(await guest.start(`https://good.localhost:${port}/`).failure()).toEqual({ code: 'TLS-certificate-error' });
  });
});

describe('TLS itself fails', () => {
  it('with an alert of the other end', async () => {
    const port = await serving({ requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' });
    const guest = new HttpGuest({ tlsCa: files.ca });
    const { code } = await guest.start(`https://good.localhost:${port}/`).failure();
    expect(['TLS-alert-received', 'connection-terminated']).toContain(code);
  });

  it('on a version that nobody should speak', async () => {
    const port = await serving({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const guest = new HttpGuest({ tlsCa: files.ca });
    const error = await guest.start(`https://good.localhost:${port}/`).failure();
    expect(error).toEqual({ code: 'TLS-alert-received', number: 70, text: 'protocol-version' });
  });
});

describe('whether TLS is loaded', () => {
  it.each([
    ['example.com', true],
    ['dns:*', true],
    ['public', true],
    ['tcp:1.1.1.1:443', true],
    ['tcp:0.0.0.0/0', true],
    ['loopback', false],
    ['private', false],
    ['udp:example.com', false],
    ['listen:loopback', false],
    ['10.0.0.0/8', false],
  ])('%s: %s', (rule, expected) => {
    const parsed = parseNetRule(rule);
    const net = { mode: 'none' as const, publish: [], maxConnections: null, maxTrafficBytes: null, tlsCa: null };
    expect(mayUseTls({ ...net, allow: 'value' in parsed ? [parsed.value] : [] })).toBe(expected);
  });
});
