/**
 * The network broker of one container, in a process of its own: the only one that makes sockets, asks for names and
 * speaks HTTP for the guest. It checks each address against the policy, and hands connected descriptors over.
 */
import { closeSync, openSync } from 'node:fs';
import type { BrokerRequest } from '../../host/kernel/broker-messages.ts';
import { type Delivery, deliveryFrom } from '../../native/delivery.ts';
import type { Fd, Native } from '../../native/native.ts';
import { Account } from './account.ts';
import { BrokerChannel } from './broker-channel.ts';
import { type BrokerConfig, BrokerContext, type HttpHandler } from './broker-context.ts';
import { Names, readResolverConfig } from './names.ts';
import { readRequest } from './requests.ts';
import { type SocketRequest, Sockets } from './sockets.ts';

/** What must be known before the broker is locked up: files are out of its reach afterwards. */
export interface BrokerOrders {
  /** The guest imports wasi:http. */
  http: boolean;
  /** And servers could prove who they are. */
  tls: boolean;
}

/** From the broker to its supervisor. */
export type BrokerReport = { type: 'usage'; usage: ReturnType<Account['usage']> } | { type: 'failed'; message: string };

type HttpModule = typeof import('./http.ts');

/** Never comes back. `controlFd` is the channel to the supervisor, on which orders and then the plan come. */
export async function runBroker(native: Native, controlFd: Fd): Promise<never> {
  const send = (report: BrokerReport): void => {
    native.sendMessage(controlFd, new TextEncoder().encode(JSON.stringify(report)));
  };
  const fail = (error: unknown): never => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({ type: 'failed', message: text.slice(0, 1024) });
    return native.exitNow(125);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    const orders = await receiveOrders(native, controlFd);
    const http = orders.http ? await import('./http.ts') : null;
    const tls = (await http?.prepareHttp(native, orders.tls)) ?? null;
    // c-ares reads files of its own while it starts, and none afterwards.
    const names = new Names(readResolverConfig());
    forgetStdio();
    serve(native, { delivery: deliveryFrom(native.awaitPlan()), names, http, tls, send });
  } catch (error) {
    fail(error);
  }
  return new Promise<never>(() => {});
}

function receiveOrders(native: Native, controlFd: Fd): Promise<BrokerOrders> {
  return new Promise((resolve) => {
    const stop = native.watch(controlFd, () => {
      const bytes = native.receiveMessage(controlFd);
      if (bytes === undefined) return;
      stop();
      // The event loop made it non-blocking; the plan is waited for.
      native.setStatusFlags(controlFd, 0);
      // Nobody needs a broker.
      if (bytes === null) native.exitNow(0);
      else resolve(JSON.parse(new TextDecoder().decode(bytes)) as BrokerOrders);
    });
  });
}

/** The caller's stdin, stdout and stderr are none of a broker's business. */
function forgetStdio(): void {
  for (const fd of [0, 1, 2]) {
    closeSync(fd);
    openSync('/dev/null', 'r+');
  }
}

export interface Service {
  delivery: Delivery;
  names: Names;
  http: HttpModule | null;
  tls: Awaited<ReturnType<HttpModule['prepareHttp']>>;
  send(report: BrokerReport): void;
}

/** Answers the container until its channel ends, and ends the process. */
export function serve(native: Native, { delivery, names, http, tls, send }: Service): void {
  const config = configOf(delivery);
  const account = new Account(config.net);
  const channel = new BrokerChannel(native, config.channelFd, {
    onRequest: (raw) => {
      const request = readRequest(raw);
      if (request === null) end();
      else handle(request);
    },
    onEnd: () => end(),
  });
  const context = new BrokerContext({
    native,
    config,
    account,
    names,
    send: (message, fd) => channel.send(message, fd),
  });
  const sockets = new Sockets(context);
  const httpHandler: HttpHandler | null = http?.createHttp(context, tls) ?? null;

  function handle(request: BrokerRequest): void {
    if (isHttp(request)) {
      if (httpHandler === null) context.reply(request.id, { error: 'not-supported' });
      else httpHandler.handle(request);
    } else if (request.kind === 'resolve') {
      context.lookup(request.name).then((found) => {
        context.reply(request.id, typeof found === 'string' ? { error: found } : { addresses: found });
      });
    } else sockets.handle(request.id, request satisfies SocketRequest);
  }

  /** The container is gone: so is all that was made for it. */
  function end(): never {
    sockets.finish();
    send({ type: 'usage', usage: account.usage() });
    return native.exitNow(0);
  }
}

type HttpRequest = Extract<BrokerRequest, { kind: `http-${string}` }>;

const isHttp = (request: BrokerRequest): request is HttpRequest => request.kind.startsWith('http-');

/** Positions become descriptors. */
function configOf({ config: bytes, fds }: Delivery): BrokerConfig {
  const config = JSON.parse(new TextDecoder().decode(bytes)) as BrokerConfig;
  const fdAt = (position: number): Fd => {
    const fd = fds[position];
    if (fd === undefined) throw new RangeError(`no descriptor was sent at position ${position}`);
    return fd;
  };
  const published = config.published.map((port) => ({ ...port, fd: fdAt(port.fd) }));
  return { ...config, channelFd: fdAt(config.channelFd), published };
}
