/** How values look in a trace. Only reads; what can't be read is shown as a question mark. */
import { address, type GuestMemory } from '../kernel/memory.ts';
import {
  clockids,
  eventtypes,
  fdflags,
  fstflags,
  lookupflags,
  oflags,
  riflags,
  rights,
  roflags,
  sdflags,
  wasiErrnoNames,
} from './abi.ts';
import type { WasiArgument } from './index.ts';
import { decodeSubscription, subscriptionLayout, subscriptionLayoutUnstable } from './poll.ts';
import { signals } from './proc.ts';

export interface Decoder {
  memory: GuestMemory;
  unstable: boolean;
}

/** As strace(1): enough to recognise it. */
const shownBytes = 32;
const shownItems = 8;

const filetypes = [
  'UNKNOWN',
  'BLOCK_DEVICE',
  'CHARACTER_DEVICE',
  'DIRECTORY',
  'REGULAR_FILE',
  'SOCKET_DGRAM',
  'SOCKET_STREAM',
  'SYMBOLIC_LINK',
];
const advices = ['NORMAL', 'SEQUENTIAL', 'RANDOM', 'WILLNEED', 'DONTNEED', 'NOREUSE'];
const whences = ['SET', 'CUR', 'END'];
const whencesUnstable = ['CUR', 'END', 'SET'];
const flagSets: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  fdflags,
  oflags,
  lookupflags,
  fstflags,
  riflags,
  roflags,
  sdflags,
};

export const errnoName = (value: number): string => wasiErrnoNames[value] ?? String(value);

export function hex(value: WasiArgument | undefined): string {
  const number = typeof value === 'bigint' ? BigInt.asUintN(64, value) : address(value ?? 0);
  return `0x${number.toString(16)}`;
}

const place = (value: WasiArgument | undefined): number => address(Number(value ?? 0));

function flags(value: number, names: Readonly<Record<string, number>>): string {
  const set = Object.entries(names).filter(([, bit]) => value & bit);
  const rest = set.reduce((left, [, bit]) => left & ~bit, value) >>> 0;
  const shown = set.map(([name]) => name);
  if (rest !== 0) shown.push(hex(rest));
  return shown.length > 0 ? shown.join('|') : '0';
}

/** Long sets as what is missing would be no shorter: the number says it. */
function rightsText(value: bigint): string {
  const number = BigInt.asUintN(64, value);
  const known = Object.values(rights).reduce((count, bit) => count + (number & BigInt(bit) ? 1 : 0), 0);
  if (known > shownItems || number > 0x3fffffffn) return `0x${number.toString(16)}`;
  return flags(Number(number), rights);
}

function nameOf(value: number, names: Readonly<Record<string, number>>): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value);
}

/** A quoted string of at most `shownBytes`. */
function text(memory: GuestMemory, at: number, length: number): string {
  if (!memory.has(at, length)) return `${hex(at)}[${length}]?`;
  const bytes = memory.bytes(at, Math.min(length, shownBytes));
  return `${quote(String.fromCharCode(...bytes))}${length > shownBytes ? '…' : ''}`;
}

function quote(raw: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' };
  const shown = raw.replaceAll(/[^ !#-[\]-~]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, '0');
    return escapes[character] ?? `\\x${code}`;
  });
  return `"${shown}"`;
}

/** The first bytes that iovecs describe, no more than `limit`. */
function iovecBytes(memory: GuestMemory, at: number, count: number, limit: number): string {
  const parts: string[] = [];
  let left = limit;
  for (let i = 0; i < count && i < shownItems && left > 0; i++) {
    if (!memory.has(at + i * 8, 8)) break;
    const length = Math.min(memory.u32(at + i * 8 + 4), left);
    parts.push(text(memory, memory.u32(at + i * 8), length));
    left -= length;
  }
  return parts.map((part) => `, ${part}`).join('');
}

function subscriptions({ memory, unstable }: Decoder, at: number, count: number): string {
  const layout = unstable ? subscriptionLayoutUnstable : subscriptionLayout;
  const shown: string[] = [];
  for (let i = 0; i < count && i < shownItems; i++) {
    if (!memory.has(at + i * layout.bytes, layout.bytes)) return `${hex(at)}[${count}]?`;
    const subscription = decodeSubscription(memory, at + i * layout.bytes, layout);
    if (subscription === undefined) shown.push('?');
    else if (subscription.type !== 'clock') shown.push(`${subscription.type} fd=${subscription.fd}`);
    else {
      const how = subscription.absolute ? '@' : '+';
      shown.push(`clock ${nameOf(subscription.clock, clockids)} ${how}${subscription.timeout}`);
    }
  }
  return `[${shown.join(', ')}${count > shownItems ? ', …' : ''}]`;
}

function events(memory: GuestMemory, at: number, count: number): string {
  const shown: string[] = [];
  for (let i = 0; i < count && i < shownItems; i++) {
    const event = at + i * 32;
    const error = memory.u16(event + 8);
    const type = nameOf(memory.u8(event + 10), eventtypes);
    const hangup = memory.u16(event + 24) ? ' HANGUP' : '';
    const bytes = type === 'FD_READ' && error === 0 ? ` ${memory.u64(event + 16)}` : '';
    shown.push(`${hex(memory.u64(event))} ${type}${error === 0 ? bytes : ` ${errnoName(error)}`}${hangup}`);
  }
  return `${count} [${shown.join(', ')}${count > shownItems ? ', …' : ''}]`;
}

/** Links and size of a directory are the file system's own business. */
function filestat(memory: GuestMemory, at: number, unstable: boolean): string {
  const type = filetypes[memory.u8(at + 16)];
  if (type === 'DIRECTORY') return '{DIRECTORY}';
  const [links, size] = unstable
    ? [memory.u32(at + 20), memory.u64(at + 24)]
    : [memory.u64(at + 24), memory.u64(at + 32)];
  return `{${type}, nlink=${links}, size=${size}}`;
}

/** An argument as its kind wants it; `values` are the WebAssembly values it takes. */
export function formatArgument(decoder: Decoder, kind: string, values: readonly WasiArgument[]): string {
  const { memory, unstable } = decoder;
  const [first = 0, second = 0, third = 0] = values;
  const number = Number(first);
  const set = flagSets[kind];
  if (set !== undefined) return flags(number, set);
  switch (kind) {
    case 'fd':
    case 'u32':
      return String(number >>> 0);
    case 'u64':
      return String(BigInt.asUintN(64, BigInt(first)));
    case 's64':
      return String(first);
    case 'rights':
      return rightsText(BigInt(first));
    case 'path':
      return text(memory, place(first), place(second));
    case 'ciovecs':
      return `${hex(first)}[${place(second)}]${iovecBytes(memory, place(first), place(second), shownBytes + 1)}`;
    case 'iovecs':
    case 'buffer':
      return `${hex(first)}[${place(second)}]`;
    case 'subscriptions':
      return subscriptions(decoder, place(first), place(third));
    case 'clockid':
      return nameOf(number, clockids);
    case 'signal':
      return nameOf(number, signals);
    case 'advice':
      return advices[number] ?? String(number);
    case 'whence':
      return (unstable ? whencesUnstable : whences)[number] ?? String(number);
    default:
      return hex(first);
  }
}

/** What a successful call left behind `values`, or null where that isn't worth a word. */
export function formatResult(
  { memory, unstable }: Decoder,
  { kind, isResult }: { kind: string; isResult: boolean },
  values: readonly WasiArgument[],
  args: readonly WasiArgument[],
): string | null {
  const at = place(values[0]);
  if (!isResult) {
    return null;
  }
  switch (kind) {
    case 'fd':
    case 'u32':
      return String(memory.u32(at));
    case 'u64':
      return String(memory.u64(at));
    case 'roflags':
      return flags(memory.u16(at), roflags);
    case 'events':
      return events(memory, place(args[1]), memory.u32(at));
    case 'prestat':
      return memory.u8(at) === 0 ? `{DIR, ${memory.u32(at + 4)}}` : '{LISTENER}';
    case 'fdstat':
      return `{${filetypes[memory.u8(at)]}, flags=${flags(memory.u16(at + 2), fdflags)}, rights=${rightsText(memory.u64(at + 8))}, inheriting=${rightsText(memory.u64(at + 16))}}`;
    case 'filestat':
      return filestat(memory, at, unstable);
    default:
      return hex(values[0]);
  }
}
