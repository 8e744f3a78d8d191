/** The rows of the option table about the network. */
import { defaultNetLimits } from './limits.ts';
import { formatNetRule, parseNetRule, parsePublish } from './net/policy-text.ts';
import { list, scalar } from './options-build.ts';
import { choice, count, noneSchema, orNone, orNull, size, sizeSchema, textSchema } from './options-parse.ts';
import { parseHostPath } from './options-paths.ts';
import type { ListTable, ScalarTable } from './options-types.ts';

export const netOptions: Pick<ListTable, 'allowNet' | 'publish'> &
  Pick<ScalarTable, 'net' | 'maxConnections' | 'maxTraffic' | 'tlsCa'> = {
  net: scalar({
    name: 'net',
    metavar: 'none|host',
    topic: 'network',
    parse: choice('none', 'host'),
    default: 'none',
    defaultText: 'none',
    schema: { enum: ['none', 'host'] },
    completion: ['none', 'host'],
    help: "let a component use the host's network: nothing but what other flags allow, or all of it",
    detail:
      'Link-local and metadata addresses (169.254.169.254 and its like) need an --allow-net of their own also with host.',
    alsoKnownAs: ['network', 'inherit-network'],
  }),
  allowNet: list({
    name: 'allow-net',
    metavar: 'TARGET[:PORT]',
    topic: 'network',
    parse: parseNetRule,
    identity: (rule) => `rule ${formatNetRule(rule)}`,
    schema: textSchema,
    help: 'let a component connect to a name, an address, a network, loopback, private or public',
    detail:
      'TARGET is a name (*.example.com too), an address, a network as 10.0.0.0/8, or one of the words; ports can be a range, 8000-8080. ' +
      'tcp:TARGET and udp:TARGET allow one of both, listen:TARGET to be reached there. ' +
      'A name opens the public addresses that it leads to; private ones must be allowed themselves. ' +
      'Names can be looked up where a rule has them, with public, and with dns:NAME.',
    alsoKnownAs: ['allow-network', 'egress', 'tcp', 'udp'],
  }),
  publish: list({
    name: 'publish',
    short: 'p',
    metavar: '[ADDRESS:]PORT:PORT',
    topic: 'network',
    parse: parsePublish,
    identity: ({ guestPort, protocol }) => `published port ${guestPort}/${protocol}`,
    schema: textSchema,
    help: 'lead a port of the host to one that the guest listens on',
    detail:
      "The host's port stands first; /udp behind both is for UDP. ADDRESS is 127.0.0.1 unless given: 0.0.0.0 lets other machines in. A WASI 0.1 program gets it as --listen would give it.",
    alsoKnownAs: ['port', 'expose'],
  }),
  maxConnections: scalar({
    name: 'max-connections',
    metavar: 'NUMBER',
    topic: 'network',
    parse: orNone(count(0, Number.MAX_SAFE_INTEGER)),
    default: defaultNetLimits.maxConnections,
    defaultText: String(defaultNetLimits.maxConnections),
    schema: noneSchema({ anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }] }),
    help: 'connections in all, attempts that fail included; then new ones are refused',
    alsoKnownAs: ['net-connections'],
  }),
  maxTraffic: scalar({
    name: 'max-traffic',
    metavar: 'SIZE',
    topic: 'network',
    parse: orNone(size(0)),
    default: defaultNetLimits.maxTrafficBytes,
    defaultText: '64GiB',
    schema: noneSchema(sizeSchema(0)),
    help: 'bytes over the network in all, both directions; then connections are cut',
    alsoKnownAs: ['net-bytes', 'bandwidth'],
  }),
  tlsCa: scalar({
    name: 'tls-ca',
    metavar: 'FILE',
    topic: 'network',
    parse: orNull(parseHostPath),
    default: null,
    schema: { anyOf: [textSchema, { type: 'null' }] },
    completion: 'file',
    help: 'trust these certificate authorities (PEM) too when a component asks for https',
    detail: 'For wasi:http. The well-known authorities that Node brings along are trusted always.',
    alsoKnownAs: ['ca-file', 'cacert', 'ca-certificates'],
  }),
};
