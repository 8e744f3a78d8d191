/** Which directories a run used, and what the next one therefore gets. */
import type { GrantUse, Uses } from '../host/config.ts';
import type { RunSpec } from './spec.ts';

/** Only what was used, and writable only what was written. */
export function learnedGrants(
  spec: RunSpec,
  uses: Uses | null,
): Pick<RunSpec, 'dirs' | 'tmpfs' | 'mountOrder' | 'workdir'> {
  const { dirs, tmpfs, mountOrder, workdir } = spec;
  if (uses === null) return { dirs, tmpfs, mountOrder, workdir };
  const useOf = usesByMount(spec, uses);
  const isUsed = ({ guest }: { guest: string }): boolean => useOf.get(guest) !== 'none';
  const holder = workdirHolder(spec);
  return {
    dirs: dirs.filter(isUsed).map((dir) => ({ ...dir, readOnly: dir.readOnly || useOf.get(dir.guest) === 'read' })),
    tmpfs: tmpfs.filter(isUsed),
    mountOrder: mountOrder.filter((guest) => isUsed({ guest })),
    workdir: holder !== null && isUsed({ guest: holder }) ? workdir : null,
  };
}

/** By guest path. The working directory is a second door to the directory that holds it. */
export function usesByMount(spec: RunSpec, uses: Uses): ReadonlyMap<string, GrantUse> {
  const found = new Map(spec.mountOrder.map((guest, i) => [guest, uses.preopens[i] ?? 'none']));
  const workdir = uses.preopens[spec.mountOrder.length] ?? 'none';
  const holder = workdirHolder(spec);
  if (holder !== null) found.set(holder, stronger(found.get(holder) ?? 'none', workdir));
  return found;
}

function stronger(a: GrantUse, b: GrantUse): GrantUse {
  if (a === 'write' || b === 'write') return 'write';
  return a === 'read' || b === 'read' ? 'read' : 'none';
}

/** The mount that the working directory lies in, as openGrants() finds it. */
function workdirHolder({ workdir, dirs, tmpfs }: RunSpec): string | null {
  if (workdir === null) return null;
  const holds = ({ guest }: { guest: string }): boolean =>
    guest === '/' || workdir === guest || workdir.startsWith(`${guest}/`);
  const [holder] = [...dirs, ...tmpfs].filter(holds).sort((a, b) => b.guest.length - a.guest.length);
  return holder?.guest ?? null;
}
