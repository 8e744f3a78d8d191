/** wasi:http in the broker: requests of the guest's, checked against the policy and made from here. */
import { Socket } from 'node:net';
import { maxRequests } from '../../host/p2/http-messages.ts';
import type { Native } from '../../native/native.ts';
import type { BrokerContext, HttpHandler } from './broker-context.ts';
import { HttpExchange } from './http-exchange.ts';
import { HttpPool } from './http-pool.ts';
import { readHttpMessage } from './http-request.ts';
import { loadTls, TlsConnector, type TlsModule } from './http-tls.ts';
import { linuxSockets } from './socket-name.ts';

/** What needs files and threads. null: no TLS. */
export async function prepareHttp(native: Native, needsTls: boolean): Promise<TlsModule | null> {
  const fds = new Int32Array(2);
  // libuv keeps a descriptor of /dev/null from the first stream on.
  if (native.socketPair(linuxSockets.SOCK_STREAM, fds.buffer) >= 0) for (const fd of fds) new Socket({ fd }).destroy();
  return needsTls ? loadTls() : null;
}

export function createHttp(context: BrokerContext, tls: TlsModule | null): HttpHandler {
  const pool = new HttpPool({ context, tls: tls && new TlsConnector(tls, context.config.tlsCa) });
  const exchanges = new Map<number, HttpExchange>();

  return {
    handle(request) {
      const { id } = request;
      const message = readHttpMessage(request);
      const known = exchanges.get(id);
      // The host code in a container sends neither of these; what else is there need not be understood.
      if (message === null || (message.kind === 'http-start') === (known !== undefined)) return;
      switch (message.kind) {
        case 'http-start': {
          if (exchanges.size >= maxRequests) {
            context.reply(id, { kind: 'http-failed', failure: { code: 'connection-limit-reached' } });
            return;
          }
          const onOver = (): void => void exchanges.delete(id);
          const exchange = new HttpExchange({ context, pool, id, start: message, onOver });
          exchanges.set(id, exchange);
          exchange.begin();
          return;
        }
        case 'http-finish':
          return known?.finishBody(message.bodyBytes, message.trailers);
        case 'http-drain':
          return known?.drain();
        case 'http-cancel':
          return known?.cancel();
      }
    },
  };
}
