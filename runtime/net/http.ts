/** wasi:http in the broker: requests of the guest's, checked against the policy and made from here. */
import { maxRequests } from '../../host/p2/http-messages.ts';
import type { BrokerContext, HttpHandler } from './broker-context.ts';
import { HttpExchange } from './http-exchange.ts';
import { HttpPool } from './http-pool.ts';
import { readHttpMessage } from './http-request.ts';

export function createHttp(context: BrokerContext): HttpHandler {
  const pool = new HttpPool(context);
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
