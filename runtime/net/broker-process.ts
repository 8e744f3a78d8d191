/** The supervisor's side of a network broker: its orders and plan, and how it ended. Loaded for guests with a network. */
import { closeSync, readFileSync, readSync } from 'node:fs';
import { signals } from '../../native/linux.ts';
import type { Native } from '../../native/native.ts';
import { WasmctrError } from '../errors.ts';
import type { Cgroup } from '../sandbox/cgroup.ts';
import { brokerFilter, type Filter } from '../sandbox/filter.ts';
import { parseHardLimits } from '../sandbox/rlimits.ts';
import type { Arch } from '../sandbox/syscalls-table.ts';
import type { NetSpec, RunSpec } from '../spec.ts';
import { type Container, forkBroker } from '../template.ts';
import type { NetUsage } from './account.ts';
import type { BrokerOrders } from './broker.ts';
import type { BrokerConfig } from './broker-context.ts';
import { planBroker } from './broker-plan.ts';
import { readReport } from './broker-report.ts';
import { mayUseTls } from './http-tls.ts';
import { bindPublished } from './published.ts';

/** Above the containers' ids, below 2^31. */
const firstBrokerId = 0x70800000;
/** Beyond it a broker that has lost its container does not count any more: what it has counted is lost. */
const reportTimeoutMs = 1000;

export interface BrokerStart {
  native: Native;
  /** Forked already; null: now, from this process, whose memory has the caller's arguments. */
  waiting: Container | null;
  mode: Container['mode'];
  cgroup: Pick<Cgroup, 'dirFd' | 'taskFds'>;
  spec: RunSpec;
  /** Its header says whether the guest speaks HTTP. */
  packFd: number;
  readText(path: string, label: string): string;
}

export interface Broker {
  /** The container's end of the channel: to be sent and closed. */
  channelFd: number;
  /** One line for reports. */
  description: string;
  /** `onLost` is called if it ends before `finish` is. */
  watch(onLost: () => void): void;
  /** Once the container is gone, and the channel closed. */
  finish(): Promise<NetOutcome>;
}

export interface NetOutcome {
  /** null: the broker died before it could tell. */
  usage: NetUsage | null;
  /** It died before the container. */
  lost: WasmctrError | null;
}

const utf8 = new TextEncoder();

export async function startBroker(start: BrokerStart): Promise<Broker> {
  const { native, mode, cgroup } = start;
  const broker = start.waiting ?? (await forkLate(native, mode, cgroup.dirFd));
  const [ours, theirs] = native.controlPair();
  const opened: number[] = [ours];
  try {
    const published = start.spec.net.publish.map((port) => {
      opened.push(bindPublished(native, port));
      return { fd: opened.length - 1, guestPort: port.guestPort, protocol: port.protocol };
    });
    const filter = brokerFilter(process.arch as Arch, native.wasmCodeRange());
    sendOrders(broker, start, { published, fds: opened, filter });
    return { ...watchBroker(native, broker, theirs), description: describe(start.spec.net, filter) };
  } catch (error) {
    native.close(theirs);
    discardBroker(native, broker);
    throw error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** A broker that nobody needs. */
export function discardBroker(native: Native, { controlFd, pidfd, pid }: Container): void {
  native.kill(pidfd, signals.SIGKILL);
  native.close(controlFd);
  native.close(pidfd);
  native.reap(pid);
}

/** The launcher's guess was wrong, or there is no launcher. */
async function forkLate(native: Native, mode: Container['mode'], cgroupFd: number): Promise<Container> {
  const forked = forkBroker(native, mode, cgroupFd);
  if (forked.role === 'parent') return forked;
  const { runBroker } = await import('./broker.ts');
  return runBroker(native, forked.controlFd);
}

/** Where a pack's header ends, which lists the imports; a longer one is none of any toolchain's. */
const headerBytes = 64 * 1024;

function importsHttp(packFd: number): boolean {
  const head = Buffer.alloc(headerBytes);
  const length = readSync(packFd, head, 0, headerBytes, 0);
  return head.subarray(0, length).includes('"wasi:http/');
}

interface Sent {
  published: BrokerConfig['published'];
  fds: readonly number[];
  filter: Filter;
}

function describe({ mode, allow, publish }: NetSpec, { description }: Filter): string {
  const rules = mode === 'host' ? "the host's network" : `${allow.length} rules`;
  return `${rules}, ${publish.length} published ports; a broker of its own with ${description}`;
}

function readAuthorities({ readText }: BrokerStart, path: string): string {
  const label = `--tls-ca ${path}`;
  const text = readText(path, label);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new WasmctrError('path', `no certificate: ${label}: EINVAL`, 'give a PEM file');
}

function sendOrders(broker: Container, start: BrokerStart, { published, fds, filter }: Sent): void {
  const { native, spec, cgroup, mode } = start;
  const http = importsHttp(start.packFd);
  const orders: BrokerOrders = { http, tls: http && mayUseTls(spec.net) };
  native.sendMessage(broker.controlFd, utf8.encode(JSON.stringify(orders)));
  const tasks = cgroup.taskFds();
  const plan = planBroker(spec, {
    mode,
    id: mode === 'root' ? firstBrokerId + broker.pid : (process.geteuid?.() ?? 0),
    landlockAbi: native.landlockAbi(),
    rlimits: { hard: parseHardLimits(readFileSync('/proc/self/limits', 'utf8')), data: null },
    filter,
    keptFds: fds.length,
    taskFds: tasks.length,
  });
  const tlsCa = spec.net.tlsCa === null ? null : readAuthorities(start, spec.net.tlsCa);
  const config: BrokerConfig = { net: spec.net, channelFd: 0, published, maxSockets: spec.limits.maxFiles, tlsCa };
  native.sendPlan(broker.controlFd, plan, utf8.encode(JSON.stringify(config)), [...fds, ...tasks]);
}

function watchBroker(
  native: Native,
  { controlFd, pidfd, pid }: Container,
  channelFd: number,
): Omit<Broker, 'description'> {
  let usage: NetUsage | null = null;
  let failure = 'it died without a word';
  let state: 'running' | 'finishing' | 'lost' = 'running';
  let onLost = (): void => {};
  let tellEnd = (): void => {};
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });
  const drain = (): void => {
    for (let bytes = native.receiveMessage(controlFd); bytes; bytes = native.receiveMessage(controlFd)) {
      const report = readReport(bytes);
      if (report?.type === 'usage') usage = report.usage;
      else failure = report?.message ?? 'it sent what no broker sends';
    }
  };
  const stopWatch = native.watch(pidfd, () => {
    if (native.reap(pid) === undefined) return;
    stopWatch();
    drain();
    native.close(controlFd);
    native.close(pidfd);
    // One that has told what it counted has only seen the end of its container before us.
    if (state === 'running') state = usage === null ? 'lost' : 'finishing';
    if (state === 'lost') onLost();
    tellEnd();
  });
  return {
    channelFd,
    watch(listener) {
      onLost = state === 'lost' ? (): void => {} : listener;
      if (state === 'lost') listener();
    },
    async finish() {
      onLost = (): void => {};
      if (state === 'running') state = 'finishing';
      const timer = setTimeout(() => native.kill(pidfd, signals.SIGKILL), reportTimeoutMs);
      await ended;
      clearTimeout(timer);
      return { usage, lost: state === 'lost' ? lostError(failure) : null };
    },
  };
}

function lostError(why: string): WasmctrError {
  return new WasmctrError('internal', `the network broker ended early: ${why}`, 'please report it');
}
