/** Listening sockets for guests that can only accept. Loaded only for --listen: node:net and node:dns cost 6 ms. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Native } from '../native/native.ts';
import { WasmctrError } from './errors.ts';
import { errnoName } from './kernel-error.ts';
import type { ListenSpec } from './spec.ts';

const listenBacklog = 512;

export async function openListener(native: Native, { host, port }: ListenSpec): Promise<number> {
  const address = await numericAddress(host);
  try {
    return native.listenTcp(address, port, listenBacklog);
  } catch (error) {
    const name = errnoName(error) ?? 'EIO';
    const hint = name === 'EADDRINUSE' ? 'another program listens there' : null;
    throw new WasmctrError('path', `can't listen: ${host}:${port}: ${name}`, hint, { cause: error });
  }
}

async function numericAddress(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (error) {
    const name = errnoName(error) ?? 'EIO';
    throw new WasmctrError('path', `can't listen: ${host}: ${name}`, 'give a numeric address', { cause: error });
  }
}
