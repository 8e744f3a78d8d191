/** TLS for HTTP, in a broker that can neither read files nor start threads once it is locked up. */
import { readdirSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { NetSpec } from '../spec.ts';
import { classOf } from './address-class.ts';

export type TlsModule = typeof import('node:tls');

/**
 * Whether any server that the policy lets a guest reach could prove its identity: by a name, a public address, or an
 * authority that the user added. Loading TLS takes longer than all the rest of a broker's start.
 */
export function mayUseTls({ mode, allow, tlsCa }: NetSpec): boolean {
  if (mode === 'host' || tlsCa !== null) return true;
  return allow.some(({ protocol, to }) => {
    if (protocol === 'listen' || protocol === 'udp') return false;
    if (to.kind === 'cidr') return to.cidr.bits === 0 || classOf(to.cidr.ip) === 'public';
    return to.kind === 'name' || to.preset === 'public';
  });
}

/** Beyond it the lockdown says what is in its way. */
const threadTimeoutMs = 2000;

/**
 * To be called before the lockdown: Node parses the well-known authorities in a thread, which ends here, and OpenSSL
 * compares dates by mktime(3), which reads a file of the zone unless it knows that of TZ.
 */
export async function loadTls(): Promise<TlsModule> {
  process.env.TZ = 'UTC';
  const tls = await import('node:tls');
  const endMs = Date.now() + threadTimeoutMs;
  while (readdirSync('/proc/self/task').length > 1 && Date.now() < endMs) await sleep(1);
  return tls;
}

export class TlsConnector {
  readonly #tls: TlsModule;
  readonly #ca: string | null;
  #context: SecureContext | null = null;

  /** `ca`: authorities beside the well-known ones, as PEM. */
  constructor(tls: TlsModule, ca: string | null) {
    this.#tls = tls;
    this.#ca = ca;
  }

  /** Emits `secureConnect` when the other end has proved to be `host`. Throws when `ca` is no PEM. */
  secure(socket: Socket, host: string): TLSSocket {
    const ca = this.#ca === null ? {} : { ca: [...this.#tls.rootCertificates, this.#ca] };
    this.#context ??= this.#tls.createSecureContext(ca);
    return this.#tls.connect({
      socket,
      host,
      secureContext: this.#context,
      // An address is no name for SNI (RFC 6066); the certificate is checked for it all the same.
      servername: isIP(host) === 0 ? host : '',
      // RATIONALE.md says why no other.
      ALPNProtocols: ['http/1.1'],
    });
  }
}
