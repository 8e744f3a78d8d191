/** What the probed kernel features mean for the sandbox's layers. */
import { constants } from 'node:os';
import type { KernelFeatures, KernelProbe } from '../native/probe.ts';
import type { DoctorRow } from './doctor.ts';

interface Meaning {
  probe: KernelProbe;
  layer: string;
  /** A run refuses to start without it. */
  required: boolean;
  fix: string;
}

const oldKernel = 'use a newer kernel; in a container, allow the call in its seccomp profile';
const noUserNamespaces =
  'sysctl user.max_user_namespaces=10000, kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0';
const needsRoot = 'run as root; a rootless run maps one user and does without';

const meanings: readonly Meaning[] = [
  { probe: 'memfdCreate', layer: 'memfd', required: true, fix: 'sysctl vm.memfd_noexec=1 or 0' },
  { probe: 'openat2', layer: 'openat2', required: true, fix: oldKernel },
  { probe: 'closeRange', layer: 'close_range', required: true, fix: oldKernel },
  { probe: 'pidfdOpen', layer: 'pidfd', required: true, fix: oldKernel },
  { probe: 'pidfdSendSignal', layer: 'pidfd signals', required: true, fix: oldKernel },
  { probe: 'clone3', layer: 'clone3', required: true, fix: oldKernel },
  { probe: 'userNamespace', layer: 'user namespace', required: true, fix: noUserNamespaces },
  { probe: 'mountNamespace', layer: 'mount namespace', required: true, fix: noUserNamespaces },
  { probe: 'pidNamespace', layer: 'pid namespace', required: true, fix: noUserNamespaces },
  { probe: 'ipcNamespace', layer: 'ipc namespace', required: true, fix: noUserNamespaces },
  { probe: 'utsNamespace', layer: 'uts namespace', required: true, fix: noUserNamespaces },
  { probe: 'cgroupNamespace', layer: 'cgroup namespace', required: true, fix: noUserNamespaces },
  { probe: 'netNamespace', layer: 'net namespace', required: true, fix: noUserNamespaces },
  { probe: 'openTree', layer: 'detached mounts', required: true, fix: oldKernel },
  { probe: 'mountSetattr', layer: 'mount attributes', required: true, fix: oldKernel },
  { probe: 'tmpfs', layer: 'tmpfs', required: true, fix: oldKernel },
  { probe: 'idmappedMounts', layer: 'id-mapped mounts', required: false, fix: needsRoot },
  { probe: 'changeIds', layer: 'own uid', required: false, fix: needsRoot },
  { probe: 'dropCapabilities', layer: 'capabilities', required: true, fix: noUserNamespaces },
  { probe: 'noNewPrivs', layer: 'no_new_privs', required: true, fix: oldKernel },
  {
    probe: 'landlockRestrict',
    layer: 'landlock',
    required: true,
    fix: 'boot with lsm=landlock,… or use a newer kernel',
  },
  { probe: 'seccompFilter', layer: 'seccomp', required: true, fix: 'use a kernel with CONFIG_SECCOMP_FILTER' },
  { probe: 'seccompKillProcess', layer: 'seccomp kill', required: true, fix: oldKernel },
  { probe: 'seccompUserNotif', layer: 'seccomp notify', required: false, fix: oldKernel },
  { probe: 'protectionKeys', layer: 'protection keys', required: false, fix: 'none needed: only some CPUs have them' },
];

/** @param bornInto containers are cloned into their cgroup: everything is on v2 */
export function kernelRows(features: KernelFeatures, bornInto: boolean): DoctorRow[] {
  const intoCgroup: Meaning = {
    probe: 'cloneIntoCgroup',
    layer: 'clone into cgroup',
    required: bornInto,
    fix: oldKernel,
  };
  return [...meanings, intoCgroup].map((meaning) => {
    const row = rowOf(meaning, features[meaning.probe]);
    return meaning.probe === 'landlockRestrict' && row.status === 'ok' ? landlockRow(row, features.landlockAbi) : row;
  });
}

function rowOf({ layer, required, fix }: Meaning, value: number): DoctorRow {
  if (value < 0) return { layer, status: 'missing', required, detail: errnoName(-value), fix };
  const detail = value === 0 ? 'yes' : 'inside a user namespace of its own';
  return { layer, status: 'ok', required, detail, fix: null };
}

/** What each ABI of landlock(7) added that a container uses. */
const landlockSteps = [
  { abi: 2, lack: 'renames across directories' },
  { abi: 3, lack: 'truncation' },
  { abi: 4, lack: 'TCP ports' },
  { abi: 5, lack: 'device ioctls' },
  { abi: 6, lack: 'signals and abstract sockets' },
];

function landlockRow(row: DoctorRow, abi: number): DoctorRow {
  const lacks = landlockSteps.filter((step) => step.abi > abi).map(({ lack }) => lack);
  if (lacks.length === 0) return { ...row, detail: `ABI ${abi}` };
  const detail = `ABI ${abi}: does not cover ${lacks.join(', ')}`;
  return { ...row, status: 'limited', detail, fix: 'none needed: other layers cover it; a newer kernel adds it' };
}

function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}
