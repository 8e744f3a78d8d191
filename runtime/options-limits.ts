/** The rows of the option table that set limits. */
import * as limits from './limits.ts';
import { scalar } from './options-build.ts';
import * as parse from './options-parse.ts';
import type { ScalarTable } from './options-types.ts';

const { defaultLimits: defaults } = limits;

type LimitKey =
  | 'timeout'
  | 'cpuTime'
  | 'memory'
  | 'cpus'
  | 'cpuWeight'
  | 'cpuset'
  | 'pids'
  | 'ioRead'
  | 'ioWrite'
  | 'maxFiles'
  | 'maxOutput'
  | 'maxDisk';

export const limitOptions: Pick<ScalarTable, LimitKey> = {
  timeout: scalar({
    name: 'timeout',
    metavar: 'DURATION',
    topic: 'limits',
    parse: parse.orNone(parse.duration),
    default: defaults.timeoutMs,
    defaultText: '24h',
    schema: parse.noneSchema(parse.durationSchema),
    help: 'end the guest after this long (exit code 124)',
  }),
  cpuTime: scalar({
    name: 'cpu-time',
    metavar: 'DURATION',
    topic: 'limits',
    parse: parse.orNone(parse.duration),
    default: defaults.cpuTimeMs,
    defaultText: '24h',
    schema: parse.noneSchema(parse.durationSchema),
    help: 'end the guest after this much CPU time',
    alsoKnownAs: ['fuel', 'ulimit', 'max-cpu-time'],
  }),
  memory: scalar({
    name: 'memory',
    short: 'm',
    metavar: 'SIZE',
    topic: 'limits',
    parse: parse.size(limits.minMemoryBytes),
    default: defaults.memoryBytes,
    defaultText: '1GiB',
    schema: parse.sizeSchema(limits.minMemoryBytes),
    help: 'linear memory of the guest; beyond it growth fails',
    detail: 'A guest that outgrows it by other means is killed (exit code 137).',
    alsoKnownAs: ['max-memory', 'max-memory-size', 'memory-limit', 'mem'],
  }),
  cpus: scalar({
    name: 'cpus',
    metavar: 'NUMBER',
    topic: 'limits',
    parse: parse.orNone(parse.fraction(limits.minCpus, limits.maxCpus)),
    default: defaults.cpus,
    defaultText: 'none',
    schema: parse.noneSchema({
      anyOf: [{ type: 'number', minimum: limits.minCpus, maximum: limits.maxCpus }, { type: 'string' }],
    }),
    help: 'share of a CPU: 0.5 is half of one',
    alsoKnownAs: ['cpu', 'cpu-quota'],
  }),
  cpuWeight: scalar({
    name: 'cpu-weight',
    metavar: 'NUMBER',
    topic: 'limits',
    parse: parse.orNone(parse.count(1, limits.maxCpuWeight)),
    default: defaults.cpuWeight,
    defaultText: 'none',
    schema: parse.noneSchema({
      anyOf: [{ type: 'integer', minimum: 1, maximum: limits.maxCpuWeight }, { type: 'string' }],
    }),
    help: 'share against other containers when CPUs are busy, 1 to 10000 (the usual is 100)',
    alsoKnownAs: ['cpu-shares'],
  }),
  cpuset: scalar({
    name: 'cpuset',
    metavar: 'LIST',
    topic: 'limits',
    parse: parse.orNone(parse.parseCpuset),
    default: defaults.cpuset,
    defaultText: 'none',
    schema: parse.noneSchema({ type: 'string', pattern: '^\\d+(-\\d+)?(,\\d+(-\\d+)?)*$' }),
    help: 'CPUs the guest may run on, such as 0-3,8',
    alsoKnownAs: ['cpuset-cpus'],
  }),
  pids: scalar({
    name: 'pids',
    metavar: 'NUMBER',
    topic: 'limits',
    parse: parse.count(1, limits.maxPids),
    default: defaults.pids,
    defaultText: String(defaults.pids),
    schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: limits.maxPids }, { type: 'string' }] },
    help: 'processes and threads of the container',
    alsoKnownAs: ['pids-limit'],
  }),
  ioRead: scalar({
    name: 'io-read',
    metavar: 'RATE',
    topic: 'limits',
    parse: parse.orNone(parse.rate),
    default: defaults.ioReadBytesPerSecond,
    defaultText: 'none',
    schema: parse.noneSchema(parse.rateSchema),
    help: 'bytes read from disks in a second',
    alsoKnownAs: ['device-read-bps'],
  }),
  ioWrite: scalar({
    name: 'io-write',
    metavar: 'RATE',
    topic: 'limits',
    parse: parse.orNone(parse.rate),
    default: defaults.ioWriteBytesPerSecond,
    defaultText: 'none',
    schema: parse.noneSchema(parse.rateSchema),
    help: 'bytes written to disks in a second',
    alsoKnownAs: ['device-write-bps'],
  }),
  maxFiles: scalar({
    name: 'max-files',
    metavar: 'NUMBER',
    topic: 'limits',
    parse: parse.count(limits.minFiles, limits.maxFiles),
    default: defaults.maxFiles,
    defaultText: String(defaults.maxFiles),
    schema: {
      anyOf: [{ type: 'integer', minimum: limits.minFiles, maximum: limits.maxFiles }, { type: 'string' }],
    },
    help: 'open files, stdin, stdout, stderr and directories included',
  }),
  maxOutput: scalar({
    name: 'max-output',
    metavar: 'SIZE',
    topic: 'limits',
    parse: parse.size(0),
    default: defaults.maxOutputBytes,
    defaultText: '4GiB',
    schema: parse.sizeSchema(0),
    help: 'bytes to stdout and stderr together; then writes fail with ENOSPC',
  }),
  maxDisk: scalar({
    name: 'max-disk',
    metavar: 'SIZE',
    topic: 'limits',
    parse: parse.size(4096),
    default: defaults.diskBytes,
    defaultText: '256MiB',
    schema: parse.sizeSchema(4096),
    help: 'bytes in all --tmpfs together',
    alsoKnownAs: ['storage-opt', 'shm-size'],
  }),
};
