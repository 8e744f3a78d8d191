/** Which disk is beneath a file system, and whether a limit on it would hold. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CgroupIoLimit, CgroupRefusal } from './cgroup.ts';
import { errorCode, refuse } from './cgroup-files.ts';

export interface DiskLimit {
  /** MAJOR:MINOR of the whole disk: the kernel takes no partitions. */
  disk: string;
  fileSystem: string;
  readBytesPerSecond: number | null;
  writeBytesPerSecond: number | null;
}

/** These charge the pages they write back to the group that dirtied them; for others the kernel itself writes, unlimited. */
const attributesWriteback: ReadonlySet<string> = new Set(['ext2', 'ext4', 'xfs', 'btrfs', 'f2fs', 'bcachefs']);

export function writebackIsCharged(limit: DiskLimit): boolean {
  return attributesWriteback.has(limit.fileSystem);
}

/** One entry for each disk: two directories on the same one share the lower limit. */
export function resolveDisks(limits: readonly CgroupIoLimit[]): readonly DiskLimit[] | CgroupRefusal {
  const disks = new Map<string, DiskLimit>();
  for (const limit of limits) {
    const found = diskOf(limit.path);
    if ('reason' in found) return found;
    const { disk } = found;
    const other = disks.get(disk);
    disks.set(disk, {
      ...found,
      readBytesPerSecond: lower(limit.readBytesPerSecond, other?.readBytesPerSecond ?? null),
      writeBytesPerSecond: lower(limit.writeBytesPerSecond, other?.writeBytesPerSecond ?? null),
    });
  }
  return [...disks.values()];
}

function lower(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

function diskOf(path: string): { disk: string; fileSystem: string } | CgroupRefusal {
  let device: string;
  try {
    device = deviceNumber(statSync(path).dev);
  } catch (error) {
    return refuse('no-device', `${path}: ${errorCode(error)}`);
  }
  // Memory, network, stacked file systems and btrfs (which may span disks) have numbers of their own with major 0.
  const entry = `/sys/dev/block/${device}`;
  if (device.startsWith('0:') || !existsSync(entry)) {
    return refuse('no-device', `${path} is on no single disk (device ${device})`);
  }
  const whole = existsSync(`${entry}/partition`) ? dirname(realpathSync(entry)) : entry;
  return { disk: readFileSync(`${whole}/dev`, 'utf8').trim(), fileSystem: fileSystemOf(device) };
}

/** glibc's encoding of st_dev: the minor number surrounds the major one. */
function deviceNumber(dev: number): string {
  const number = BigInt(dev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function fileSystemOf(device: string): string {
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    if (line.split(' ', 3)[2] === device) return line.split(' - ')[1]?.split(' ')[0] ?? '';
  }
  return '';
}
