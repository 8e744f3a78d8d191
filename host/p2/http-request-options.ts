/** wasi:http/types: request-options. */
import type { HttpTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import type { Lower } from './lower.ts';
import { Resource } from './resource.ts';

const timeouts = ['connect-timeout', 'first-byte-timeout', 'between-bytes-timeout'] as const;
type Timeout = (typeof timeouts)[number];

export class RequestOptions extends Resource {
  /** Nanoseconds; null: the default. */
  readonly timeoutsNs: Record<Timeout, bigint | null> = {
    'connect-timeout': null,
    'first-byte-timeout': null,
    'between-bytes-timeout': null,
  };
}

type OptionsFunctions = Pick<HttpTypes, Extract<keyof HttpTypes, `${string}request-options${string}`>>;
type OptionsLower = Lower<'request-options'>;

export function requestOptionsFunctions({ resources }: Context): OptionsFunctions {
  const get = ({ tables }: OptionsLower, self: number): RequestOptions =>
    resources.get(tables['request-options'], self, RequestOptions);

  /** option<duration>: at +8. */
  const getter = (timeout: Timeout) => (lower: OptionsLower) => (self: number, result: number) => {
    const at = returnPointer(lower, result, 16, 8);
    const ns = get(lower, self).timeoutsNs[timeout];
    lower.memory.setU8(at, ns === null ? 0 : 1);
    if (ns !== null) lower.memory.setU64(at + 8, ns);
  };

  const setter = (timeout: Timeout) => (lower: OptionsLower) => (self: number, isThere: number, ns: bigint) => {
    get(lower, self).timeoutsNs[timeout] = isThere === 0 ? null : BigInt.asUintN(64, ns);
    return 0;
  };

  return {
    '[constructor]request-options':
      ({ tables }) =>
      () =>
        resources.add(tables['request-options'], new RequestOptions()),
    '[method]request-options.connect-timeout': getter('connect-timeout'),
    '[method]request-options.set-connect-timeout': setter('connect-timeout'),
    '[method]request-options.first-byte-timeout': getter('first-byte-timeout'),
    '[method]request-options.set-first-byte-timeout': setter('first-byte-timeout'),
    '[method]request-options.between-bytes-timeout': getter('between-bytes-timeout'),
    '[method]request-options.set-between-bytes-timeout': setter('between-bytes-timeout'),
    '[resource-drop]request-options': (representation) => resources.drop(representation),
  };
}
