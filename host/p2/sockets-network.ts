/** wasi:sockets/network and instance-network */
import { type NetError, netErrors } from '../kernel/broker-messages.ts';
import { errno } from '../kernel/errno.ts';
import type { SocketsInstanceNetwork, SocketsNetwork } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { Resource } from './resource.ts';
import { IoError } from './stream-error.ts';

/** There is one: what its guest may reach is the broker's to say. */
export class Network extends Resource {}

export function socketsInstanceNetwork({ resources }: Context): SocketsInstanceNetwork {
  return {
    'instance-network':
      ({ tables }) =>
      () =>
        resources.add(tables.network, new Network()),
  };
}

export function socketsNetwork({ resources }: Context): SocketsNetwork {
  return {
    'network-error-code': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const code = codeOf(resources.get(lower.tables.error, self, IoError).errno);
      lower.memory.setU8(at, code === null ? 0 : 1);
      if (code !== null) lower.memory.setU8(at + 1, netErrors.indexOf(code));
    },
    '[resource-drop]network': (representation) => resources.drop(representation),
  };
}

/** What a stream of a socket can fail with; null: no error of a network. */
function codeOf(number: number): NetError | null {
  switch (number) {
    case errno.ETIMEDOUT:
      return 'timeout';
    case errno.ECONNREFUSED:
      return 'connection-refused';
    case errno.ECONNRESET:
    case errno.EPIPE:
      return 'connection-reset';
    case errno.ECONNABORTED:
      return 'connection-aborted';
    case errno.ENETUNREACH:
    case errno.ENETDOWN:
    case errno.EHOSTUNREACH:
      return 'remote-unreachable';
    default:
      return null;
  }
}
