/** wasi:io/poll's resource: what can be waited for. A list of them becomes one ppoll(2). */
import type { DataPlane } from '../../native/data.ts';
import type { File } from '../kernel/file.ts';
import { type Interest, waitFor } from '../kernel/poll.ts';
import { trap } from './lower.ts';
import { Resource } from './resource.ts';

/** What a wait depends on; several of one guest may share a descriptor. */
export type Awaited =
  | { kind: 'ready' }
  /** The monotonic clock, nanoseconds. */
  | { kind: 'deadline'; atNs: bigint }
  /** A descriptor; `isReady` where the host holds something back and knows better. */
  | { kind: 'file'; file: File; event: 'read' | 'write' }
  /** Something that is known once messages are received: `channel` is readable, then `receive`, then `isDone`. */
  | { kind: 'reply'; channel: File; receive: () => void; isDone: () => boolean };

export class Pollable extends Resource {
  /** Asked anew for each wait: a stream may be ready now and not later. */
  readonly awaited: () => Awaited;

  constructor(parent: Resource | null, awaited: () => Awaited) {
    super(parent);
    this.awaited = awaited;
  }
}

interface Entry {
  awaited: Awaited;
  /** Position in the list of interests, or -1. */
  interest: number;
}

/** Descriptors of one wait, each once however many pollables stand for it. */
class Interests {
  readonly list: Interest[] = [];
  readonly #seen: Map<string, number> = new Map();

  add(file: File, event: Interest['event']): number {
    const key = `${file.fd} ${event}`;
    const found = this.#seen.get(key);
    if (found !== undefined) return found;
    this.#seen.set(key, this.list.length);
    return this.list.push({ file, event }) - 1;
  }
}

/** The indexes of what is ready, at least one; `wait: false` looks once. */
export function pollAll(
  { native, nowNs }: { native: DataPlane; nowNs: () => bigint },
  pollables: readonly Pick<Pollable, 'awaited'>[],
  wait: boolean,
): number[] {
  for (;;) {
    const interests = new Interests();
    const entries = pollables.map(({ awaited }) => entryOf(awaited(), interests));
    const before = nowNs();
    const isKnown = entries.some(({ awaited }) => isReady(awaited, before));
    const timeoutNs = isKnown || !wait ? 0 : timeLeftNs(entries, before);
    const readiness = interests.list.length === 0 && timeoutNs === 0 ? [] : waitFor(native, interests.list, timeoutNs);
    if (typeof readiness === 'number') return trap(`cannot poll: errno ${-readiness}`);
    for (const { awaited, interest } of entries) {
      if (awaited.kind === 'reply' && readiness[interest]?.ready) awaited.receive();
    }
    const after = nowNs();
    const ready = entries.flatMap(({ awaited, interest }, i) => {
      const isSet = awaited.kind === 'file' ? readiness[interest]?.ready === true : isReady(awaited, after);
      return isSet ? [i] : [];
    });
    if (ready.length > 0 || !wait) return ready;
  }
}

function entryOf(awaited: Awaited, interests: Interests): Entry {
  if (awaited.kind === 'file') return { awaited, interest: interests.add(awaited.file, awaited.event) };
  if (awaited.kind === 'reply') return { awaited, interest: interests.add(awaited.channel, 'read') };
  return { awaited, interest: -1 };
}

function isReady(awaited: Awaited, nowNs: bigint): boolean {
  switch (awaited.kind) {
    case 'ready':
      return true;
    case 'deadline':
      return awaited.atNs <= nowNs;
    case 'file':
      return false; // known by ppoll(2) only
    case 'reply':
      return awaited.isDone();
  }
}

/** Until the first deadline; -1: there is none. */
function timeLeftNs(entries: readonly Entry[], nowNs: bigint): number {
  let first: bigint | null = null;
  for (const { awaited } of entries) {
    if (awaited.kind === 'deadline' && (first === null || awaited.atNs < first)) first = awaited.atNs;
  }
  return first === null ? -1 : Number(first - nowNs);
}
