/**
 * What this kernel lets this process do, tried and not concluded from versions: a filter, a security module or a sysctl
 * refuses what the version promises, and distributions carry features back.
 */

/** One row of the table in probe.cc each, in its order. */
export const kernelProbes = [
  'memfdCreate',
  'openat2',
  'closeRange',
  'pidfdOpen',
  'pidfdSendSignal',
  'clone3',
  'cloneIntoCgroup',
  'openTree',
  'mountSetattr',
  'idmappedMounts',
  'tmpfs',
  'userNamespace',
  'mountNamespace',
  'pidNamespace',
  'ipcNamespace',
  'utsNamespace',
  'cgroupNamespace',
  'netNamespace',
  'changeIds',
  'dropCapabilities',
  'noNewPrivs',
  'landlockAbi',
  'landlockRestrict',
  'seccompFilter',
  'seccompKillProcess',
  'seccompUserNotif',
  'protectionKeys',
] as const;
export type KernelProbe = (typeof kernelProbes)[number];

/**
 * −errno: refused, and how. Otherwise it works; 1 where that takes a user namespace of one's own (namespaces, mounts,
 * capabilities), and the ABI for landlockAbi.
 */
export type KernelFeatures = Readonly<Record<KernelProbe, number>>;

export interface Prober {
  /** About 10 ms: whatever would change this process is tried in processes made for it. */
  probe(): KernelFeatures;
}
