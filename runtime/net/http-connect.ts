/** Connections for HTTP: names looked up and addresses checked by the policy, then TCP, then TLS under the name asked for. */
import { connect, type Socket } from 'node:net';
import type { IpBytes, NetError } from '../../host/kernel/broker-messages.ts';
import { formatIp, parseIp } from '../../host/kernel/ip.ts';
import type { HttpError } from '../../host/p2/http-error-code.ts';
import type { BrokerContext } from './broker-context.ts';
import { HttpFailure } from './http-failure.ts';
import type { TlsConnector } from './http-tls.ts';

export interface HttpTarget {
  scheme: 'http' | 'https';
  /** A name, or an address without brackets. */
  host: string;
  port: number;
}

export interface ConnectParts {
  context: BrokerContext;
  /** null: of no use under this policy. */
  tls: TlsConnector | null;
}

/** An address that does not answer may be one of several. */
const attemptMs = 5000;

/** Throws HttpFailure and what sockets throw; `signal` ends it with its reason. */
export async function openConnection(
  { context, tls }: ConnectParts,
  target: HttpTarget,
  signal: AbortSignal,
): Promise<Socket> {
  // What could be reached has no way to prove who it is.
  if (target.scheme === 'https' && tls === null) throw new HttpFailure({ code: 'TLS-certificate-error' });
  const addresses = await addressesOf(context, target.host, signal);
  let failure: unknown = new HttpFailure({ code: 'destination-not-found' });
  for (const [i, ip] of addresses.entries()) {
    signal.throwIfAborted();
    if (context.admit('tcp', { ip, port: target.port }, 'http') !== null) {
      failure = new HttpFailure({ code: 'destination-IP-prohibited' });
      continue;
    }
    try {
      const tcp = await connectTcp(formatIp(ip), target.port, { signal, isLast: i === addresses.length - 1 });
      if (tls === null || target.scheme === 'http') return tcp;
      return await opened(tls.secure(tcp, target.host), 'secureConnect', signal);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function addressesOf(context: BrokerContext, host: string, signal: AbortSignal): Promise<readonly IpBytes[]> {
  const literal = parseIp(host);
  if (literal !== null) return [literal];
  // RFC 6761: it is asked of nobody, so a rule for its addresses is enough.
  if (host === 'localhost' || host.endsWith('.localhost')) return loopback;
  const found = await unless(signal, context.lookup(host));
  if (typeof found === 'string') throw new HttpFailure(lookupErrors[found] ?? { code: 'DNS-error' });
  return found;
}

const loopback: readonly IpBytes[] = [
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  [127, 0, 0, 1],
];

const lookupErrors: Partial<Record<NetError, HttpError>> = {
  'access-denied': { code: 'destination-IP-prohibited' },
  'invalid-argument': { code: 'HTTP-request-URI-invalid' },
  'name-unresolvable': { code: 'DNS-error', text: 'NXDOMAIN' },
  'temporary-resolver-failure': { code: 'DNS-timeout' },
  'permanent-resolver-failure': { code: 'DNS-error', text: 'SERVFAIL' },
};

function unless<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}

/** Settles with the event, the socket's error, or the signal's reason; the socket is destroyed unless it is the event. */
function opened<Kind extends Socket>(socket: Kind, event: string, signal: AbortSignal): Promise<Kind> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => void socket.destroy(signal.reason as Error);
    const stop = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError).off(event, onOpen).off('close', onClose);
    };
    const onError = (error: Error): void => {
      stop();
      // What comes after is nobody's news.
      socket.on('error', () => {}).destroy();
      reject(error);
    };
    const onClose = (): void => onError(new HttpFailure({ code: 'connection-terminated' }));
    const onOpen = (): void => {
      stop();
      resolve(socket);
    };
    socket.once('error', onError).once(event, onOpen).once('close', onClose);
    signal.addEventListener('abort', onAbort);
  });
}

async function connectTcp(
  host: string,
  port: number,
  { signal, isLast }: { signal: AbortSignal; isLast: boolean },
): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  const timer = setTimeout(
    () => socket.destroy(new HttpFailure({ code: 'connection-timeout' })),
    isLast ? 2 ** 31 - 1 : attemptMs,
  );
  try {
    return await opened(socket, 'connect', signal);
  } finally {
    clearTimeout(timer);
  }
}
