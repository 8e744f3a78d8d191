/** wasi:filesystem/types: what a file is, and its times. */
import { statBytes, statWords } from '../../native/data.ts';
import type { GuestMemory } from '../kernel/memory.ts';
import type { FilesystemTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { descriptorType, openFileOf } from './filesystem-descriptor.ts';
import { storeOutcome } from './filesystem-error-code.ts';
import { metadataHash } from './filesystem-metadata-hash.ts';
import { beneath, pathArgument, symlinkFollow } from './filesystem-path.ts';
import { timesOf } from './filesystem-times.ts';
import type { Lower } from './lower.ts';

type MetadataFunctions = Pick<
  FilesystemTypes,
  `[method]descriptor.${
    | 'get-type'
    | 'stat'
    | 'stat-at'
    | 'set-times'
    | 'set-times-at'
    | 'is-same-object'
    | 'metadata-hash'
    | 'metadata-hash-at'}`
>;

/** A stat record of the kernel's. */
type StatRecord = BigUint64Array<ArrayBuffer>;

export function metadataFunctions({ resources }: Context): MetadataFunctions {
  const record: StatRecord = new BigUint64Array(statBytes / 8);
  const other: StatRecord = new BigUint64Array(statBytes / 8);
  const { buffer } = record;

  /** The record of what the path names, or −errno. */
  function statAt(
    lower: Lower<'descriptor'>,
    self: number,
    pathFlags: number,
    pointer: number,
    length: number,
  ): number {
    const open = openFileOf(resources, lower.tables, self);
    const path = pathArgument(lower, pointer, length);
    const follow = (pathFlags & symlinkFollow) !== 0;
    return beneath(lower, open, path, (directory) => directory.statAt(path, follow, buffer, 0));
  }

  return {
    /** result<descriptor-type>: a byte at +1. */
    '[method]descriptor.get-type': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 2, 1);
      const { file } = openFileOf(resources, lower.tables, self);
      lower.memory.setU8(at, 0);
      lower.memory.setU8(at + 1, descriptorType(file.kind));
    },

    '[method]descriptor.stat': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 104, 8);
      const outcome = openFileOf(resources, lower.tables, self).file.stat(buffer, 0);
      if (storeOutcome(lower.memory, at, 8, outcome)) storeStat(lower.memory, at + 8, record);
    },

    '[method]descriptor.stat-at': (lower) => (self, pathFlags, pointer, length, result) => {
      const at = returnPointer(lower, result, 104, 8);
      const outcome = statAt(lower, self, pathFlags, pointer, length);
      if (storeOutcome(lower.memory, at, 8, outcome)) storeStat(lower.memory, at + 8, record);
    },

    '[method]descriptor.set-times':
      (lower) => (self, access, accessS, accessNs, modified, modifiedS, modifiedNs, result) => {
        const at = returnPointer(lower, result, 2, 1);
        const { file } = openFileOf(resources, lower.tables, self);
        const times = timesOf([access, accessS, accessNs], [modified, modifiedS, modifiedNs]);
        storeOutcome(lower.memory, at, 1, typeof times === 'number' ? times : file.setTimes(times));
      },

    '[method]descriptor.set-times-at':
      (lower) =>
      (self, pathFlags, pointer, length, access, accessS, accessNs, modified, modifiedS, modifiedNs, result) => {
        const at = returnPointer(lower, result, 2, 1);
        const open = openFileOf(resources, lower.tables, self);
        const path = pathArgument(lower, pointer, length);
        const times = timesOf([access, accessS, accessNs], [modified, modifiedS, modifiedNs]);
        const follow = (pathFlags & symlinkFollow) !== 0;
        const outcome = beneath(lower, open, path, (directory) =>
          typeof times === 'number' ? times : directory.setTimesAt(path, follow, times),
        );
        storeOutcome(lower.memory, at, 1, outcome);
      },

    '[method]descriptor.is-same-object': (lower) => (self, that) => {
      const [open, thatOpen] = [openFileOf(resources, lower.tables, self), openFileOf(resources, lower.tables, that)];
      if (open === thatOpen) return 1;
      if (open.file.stat(buffer, 0) < 0 || thatOpen.file.stat(other.buffer, 0) < 0) return 0;
      const isEqual = (word: number): boolean => record[word] === other[word];
      return isEqual(statWords.device) && isEqual(statWords.inode) ? 1 : 0;
    },

    '[method]descriptor.metadata-hash': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 24, 8);
      const outcome = openFileOf(resources, lower.tables, self).file.stat(buffer, 0);
      if (storeOutcome(lower.memory, at, 8, outcome)) storeHash(lower.memory, at + 8, record);
    },

    '[method]descriptor.metadata-hash-at': (lower) => (self, pathFlags, pointer, length, result) => {
      const at = returnPointer(lower, result, 24, 8);
      const outcome = statAt(lower, self, pathFlags, pointer, length);
      if (storeOutcome(lower.memory, at, 8, outcome)) storeHash(lower.memory, at + 8, record);
    },
  };
}

const nsPerSecond = 1_000_000_000n;

/** descriptor-stat: type u8, link-count u64 at +8, size u64 at +16, then three option<datetime>. */
function storeStat(memory: GuestMemory, at: number, record: StatRecord): void {
  memory.setU8(at, descriptorType(Number(record[statWords.kind])));
  memory.setU64(at + 8, record[statWords.links] ?? 0n);
  memory.setU64(at + 16, record[statWords.size] ?? 0n);
  storeTime(memory, at + 24, record[statWords.access] ?? 0n);
  storeTime(memory, at + 48, record[statWords.modification] ?? 0n);
  storeTime(memory, at + 72, record[statWords.change] ?? 0n);
}

/** option<datetime>, some: seconds u64 at +8, nanoseconds u32 at +16. */
function storeTime(memory: GuestMemory, at: number, ns: bigint): void {
  memory.setU8(at, 1);
  memory.setU64(at + 8, ns / nsPerSecond);
  memory.setU32(at + 16, Number(ns % nsPerSecond));
}

function storeHash(memory: GuestMemory, at: number, record: StatRecord): void {
  const { lower, upper } = metadataHash(record[statWords.device] ?? 0n, record[statWords.inode] ?? 0n);
  memory.setU64(at, lower);
  memory.setU64(at + 8, upper);
}
