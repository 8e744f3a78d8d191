/**
 * Landlock rights for a container, as far as the kernel's ABI knows them (landlock(7)). Behind the mounts and the filter:
 * it still holds where a `..` or a link leads out of a directory, and where no mount could be made.
 */
import type { LandlockPathRule, SandboxPlan } from '../../native/control.ts';
import type { EnforcedLayer } from '../result.ts';

/** LANDLOCK_ACCESS_FS_* */
export const fsAccess = {
  execute: 0x1,
  writeFile: 0x2,
  readFile: 0x4,
  readDir: 0x8,
  removeDir: 0x10,
  removeFile: 0x20,
  makeChar: 0x40,
  makeDir: 0x80,
  makeReg: 0x100,
  makeSock: 0x200,
  makeFifo: 0x400,
  makeBlock: 0x800,
  makeSym: 0x1000,
  /** Renames and links between directories. ABI 1 denies them always, with EXDEV. */
  refer: 0x2000,
  truncate: 0x4000,
  /** ioctl(2) on device files. */
  ioctlDev: 0x8000,
} as const;
export type FsAccess = keyof typeof fsAccess;

/** The ABI that brought what ABI 1 lacks. Handling a bit that the kernel does not know is EINVAL. */
const sinceAbi: Readonly<Partial<Record<FsAccess, number>>> = { refer: 2, truncate: 3, ioctlDev: 5 };

/** LANDLOCK_ACCESS_NET_*: bind and connect of TCP, from ABI 4. */
const allNetAccess = { bits: 0b11, abi: 4 };
/** LANDLOCK_SCOPE_*: abstract Unix sockets and signals, from ABI 6. */
const allScopes = { bits: 0b11, abi: 6 };

/** What reading a directory tree takes; not execute: nothing in a container is ever executed. */
const readOnlyAccess: readonly FsAccess[] = ['readFile', 'readDir'];

/** What WASI can do to a tree. It can't make devices, sockets or pipes, and has no ioctl. */
const readWriteAccess: readonly FsAccess[] = [
  ...readOnlyAccess,
  'writeFile',
  'removeDir',
  'removeFile',
  'makeDir',
  'makeReg',
  'makeSym',
  'refer',
  'truncate',
];

export interface LandlockPlan {
  plan: Pick<SandboxPlan, 'landlockFs' | 'landlockNet' | 'landlockScope' | 'landlockPaths' | 'landlockPorts'>;
  enforced: EnforcedLayer;
}

/** `abi` as the kernel tells it, 0 where there is no Landlock; `fd` is a position among the descriptors sent. */
export function planLandlock(abi: number, preopens: readonly { fd: number; readOnly: boolean }[]): LandlockPlan {
  const landlockPaths = abi === 0 ? [] : preopens.map((preopen) => pathRule(abi, preopen));
  return {
    plan: {
      landlockFs: accessBits(abi, Object.keys(fsAccess) as FsAccess[]),
      // Denied without exception, with a network too: its listeners come bound, and accepting takes no right.
      landlockNet: abi >= allNetAccess.abi ? allNetAccess.bits : 0,
      landlockScope: abi >= allScopes.abi ? allScopes.bits : 0,
      landlockPaths,
      landlockPorts: [],
    },
    enforced: { enforced: abi > 0, detail: describeLandlock(abi, landlockPaths.length) },
  };
}

function pathRule(abi: number, { fd, readOnly }: { fd: number; readOnly: boolean }): LandlockPathRule {
  return { fd, access: accessBits(abi, readOnly ? readOnlyAccess : readWriteAccess) };
}

function accessBits(abi: number, names: readonly FsAccess[]): number {
  const known = names.filter((name) => abi >= (sinceAbi[name] ?? 1));
  return known.reduce((bits, name) => bits | fsAccess[name], 0);
}

/** One line: what is confined, and what an older kernel leaves to the other layers. */
function describeLandlock(abi: number, directories: number): string {
  if (abi === 0) return 'the kernel has no Landlock';
  const confined = ['files', ...(abi >= 4 ? ['TCP'] : []), ...(abi >= 6 ? ['abstract sockets', 'signals'] : [])];
  const missing = [
    ...(abi < 2 ? ['renames between directories fail'] : []),
    ...(abi < 3 ? ['truncation is not covered'] : []),
    ...(abi < 4 ? ['TCP is not covered'] : []),
    ...(abi < 5 ? ['device ioctls are not covered'] : []),
    ...(abi < 6 ? ['abstract sockets and signals are not covered'] : []),
    // From ABI 7 on denials go to the audit log, unless landlock_restrict_self() is told otherwise.
  ];
  const granted = `${directories} ${directories === 1 ? 'directory' : 'directories'} granted`;
  return [`ABI ${abi}: ${confined.join(', ')}; ${granted}`, ...missing].join('; ');
}
