/** A RunSpec → the config that resolves to it, for `--print-plan`. */
import { formatNetRule, formatPublish } from './net/policy-text.ts';
import type { ListenSpec, RunSpec } from './spec.ts';

export function configOfSpec(spec: RunSpec): Record<string, unknown> {
  const { limits } = spec;
  return {
    file: spec.file,
    args: spec.args,
    argv0: spec.argv0,
    env: spec.env,
    dir: spec.dirs,
    tmpfs: spec.tmpfs.map(({ guest, sizeBytes }) => (sizeBytes === null ? { guest } : { guest, size: sizeBytes })),
    workdir: spec.workdir,
    net: spec.net.mode,
    'allow-net': spec.net.allow.map(formatNetRule),
    publish: spec.net.publish.map(formatPublish),
    'max-connections': spec.net.maxConnections,
    'max-traffic': spec.net.maxTrafficBytes,
    'tls-ca': spec.net.tlsCa,
    listen: spec.listen.map(listenText),
    invoke: spec.invoke,
    'imports-fd': spec.importsFd,
    'unknown-imports': spec.unknownImports,
    warm: spec.warm === 'again',
    'no-warm': spec.warm === 'never',
    strace: spec.strace,
    'best-effort': spec.bestEffort,
    timeout: limits.timeoutMs === null ? 'none' : `${limits.timeoutMs}ms`,
    'cpu-time': limits.cpuTimeMs === null ? 'none' : `${limits.cpuTimeMs}ms`,
    memory: limits.memoryBytes,
    cpus: limits.cpus,
    'cpu-weight': limits.cpuWeight,
    cpuset: limits.cpuset,
    pids: limits.pids,
    'max-files': limits.maxFiles,
    'max-output': limits.maxOutputBytes,
    'max-disk': limits.diskBytes,
    'io-read': limits.ioReadBytesPerSecond,
    'io-write': limits.ioWriteBytesPerSecond,
    seccomp: spec.seccomp,
    'seccomp-allow': spec.seccompAllow,
  };
}

function listenText({ host, port }: ListenSpec): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
