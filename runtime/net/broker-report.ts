/** Reads what a broker reports. It handles strangers' bytes all day: what it says is checked as a container's is. */
import type { NetDenial, NetPeer, NetUsage } from './account.ts';
import type { BrokerReport } from './broker.ts';

type Fields = Readonly<Record<string, unknown>>;

const maxListed = 64;
const maxTextLength = 1024;

/** null: no report. */
export function readReport(bytes: Uint8Array): BrokerReport | null {
  try {
    const from = fields(JSON.parse(new TextDecoder().decode(bytes)));
    if (from.type === 'failed') return { type: 'failed', message: text(from.message) };
    // What C++ says when a stage fails, or when the filter stops it (stages.cc, seccomp.cc).
    if (from.type === 'stage') return { type: 'failed', message: `${text(from.stage)}: ${text(from.syscall)}` };
    if (from.type === 'seccomp') return { type: 'failed', message: `forbidden system call ${count(from.nr)}` };
    return from.type === 'usage' ? { type: 'usage', usage: readUsage(fields(from.usage)) } : null;
  } catch {
    return null;
  }
}

function readUsage(from: Fields): NetUsage {
  return {
    connections: count(from.connections),
    accepted: count(from.accepted),
    sentBytes: count(from.sentBytes),
    receivedBytes: count(from.receivedBytes),
    peers: list(from.peers).map(readPeer),
    denials: list(from.denials).map(readDenial),
    denied: count(from.denied),
    limit: from.limit === null ? null : word(from.limit, ['max-connections', 'max-traffic'] as const),
  };
}

function readPeer(value: unknown): NetPeer {
  const from = fields(value);
  return {
    protocol: word(from.protocol, ['tcp', 'udp', 'http']),
    direction: word(from.direction, ['out', 'in']),
    address: text(from.address),
    connections: count(from.connections),
  };
}

function readDenial(value: unknown): NetDenial {
  const from = fields(value);
  return { what: text(from.what), reason: text(from.reason), count: count(from.count) };
}

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object');
  return value as Fields;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('expected a list');
  return value.slice(0, maxListed);
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    throw new TypeError('expected a count');
  }
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('expected a text');
  return value.slice(0, maxTextLength);
}

function word<Word extends string>(value: unknown, known: readonly Word[]): Word {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw new TypeError('unknown word');
  return found;
}
