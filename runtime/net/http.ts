/** wasi:http in the broker: requests of the guest's, checked against the policy and made from here. */
import type { BrokerContext, HttpHandler } from './broker-context.ts';

export function createHttp(context: BrokerContext): HttpHandler {
  return {
    handle({ id }) {
      context.reply(id, { error: 'not-supported' });
    },
  };
}
