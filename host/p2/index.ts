/** WASI 0.2 for one component: which interfaces there are, and what they share. */
import type { DataPlane, FileKind } from '../../native/data.ts';
import type { Fd } from '../../native/native.ts';
import type { GuestConfig, IoCounters, Uses } from '../config.ts';
import { BrokerClient, type ChannelCalls } from '../kernel/broker.ts';
import { FileCount } from '../kernel/file-count.ts';
import { HostDir } from '../kernel/host-dir.ts';
import { Stdio } from '../kernel/stdio.ts';
import { UseRecord } from '../kernel/uses.ts';
import { cliEnvironment } from './cli-environment.ts';
import { cliExit } from './cli-exit.ts';
import { cliStderr, cliStdin, cliStdout } from './cli-stdio.ts';
import {
  cliTerminalInput,
  cliTerminalOutput,
  cliTerminalStderr,
  cliTerminalStdin,
  cliTerminalStdout,
} from './cli-terminal.ts';
import { clocksMonotonicClock, clocksTimezone, clocksWallClock } from './clocks.ts';
import type { Context } from './context.ts';
import { ComponentExit } from './exit.ts';
import { descriptorFlags, OpenFile } from './filesystem-descriptor.ts';
import { filesystemPreopens } from './filesystem-preopens.ts';
import { filesystemTypes } from './filesystem-types.ts';
import { httpOutgoingHandler } from './http-outgoing-handler.ts';
import { httpTypes } from './http-types.ts';
import { HttpUsage } from './http-usage.ts';
import { ioError } from './io-error.ts';
import { ioPoll } from './io-poll.ts';
import { ioStreams } from './io-streams.ts';
import { pollAll } from './pollable.ts';
import { type InterfaceFunctions, provideInterface } from './provide.ts';
import { randomInsecure, randomInsecureSeed, randomRandom } from './random.ts';
import { Resources } from './resource.ts';
import { socketsIpNameLookup } from './sockets-ip-name-lookup.ts';
import { socketsInstanceNetwork, socketsNetwork } from './sockets-network.ts';
import { socketsTcp, socketsTcpCreateSocket } from './sockets-tcp.ts';
import { socketsUdp, socketsUdpCreateSocket } from './sockets-udp.ts';
import { traceWrap } from './strace.ts';
import { OutputStream } from './stream.ts';

/** Unversioned: all of 0.2.0 to 0.2.12 are one interface, later ones with more functions. */
const interfaces: Readonly<Record<string, (context: Context) => InterfaceFunctions>> = {
  'wasi:cli/environment': (context) => ({ ...cliEnvironment(context) }),
  'wasi:cli/exit': (context) => ({ ...cliExit(context) }),
  'wasi:cli/stdin': (context) => ({ ...cliStdin(context) }),
  'wasi:cli/stdout': (context) => ({ ...cliStdout(context) }),
  'wasi:cli/stderr': (context) => ({ ...cliStderr(context) }),
  'wasi:cli/terminal-input': (context) => ({ ...cliTerminalInput(context) }),
  'wasi:cli/terminal-output': (context) => ({ ...cliTerminalOutput(context) }),
  'wasi:cli/terminal-stdin': (context) => ({ ...cliTerminalStdin(context) }),
  'wasi:cli/terminal-stdout': (context) => ({ ...cliTerminalStdout(context) }),
  'wasi:cli/terminal-stderr': (context) => ({ ...cliTerminalStderr(context) }),
  'wasi:clocks/monotonic-clock': (context) => ({ ...clocksMonotonicClock(context) }),
  'wasi:clocks/wall-clock': (context) => ({ ...clocksWallClock(context) }),
  'wasi:clocks/timezone': (context) => ({ ...clocksTimezone(context) }),
  'wasi:filesystem/types': (context) => ({ ...filesystemTypes(context) }),
  'wasi:filesystem/preopens': (context) => ({ ...filesystemPreopens(context) }),
  'wasi:http/types': (context) => ({ ...httpTypes(context) }),
  'wasi:http/outgoing-handler': (context) => ({ ...httpOutgoingHandler(context) }),
  'wasi:io/error': (context) => ({ ...ioError(context) }),
  'wasi:io/poll': (context) => ({ ...ioPoll(context) }),
  'wasi:io/streams': (context) => ({ ...ioStreams(context) }),
  'wasi:random/random': (context) => ({ ...randomRandom(context) }),
  'wasi:random/insecure': (context) => ({ ...randomInsecure(context) }),
  'wasi:random/insecure-seed': (context) => ({ ...randomInsecureSeed(context) }),
  'wasi:sockets/instance-network': (context) => ({ ...socketsInstanceNetwork(context) }),
  'wasi:sockets/ip-name-lookup': (context) => ({ ...socketsIpNameLookup(context) }),
  'wasi:sockets/network': (context) => ({ ...socketsNetwork(context) }),
  'wasi:sockets/tcp': (context) => ({ ...socketsTcp(context) }),
  'wasi:sockets/tcp-create-socket': (context) => ({ ...socketsTcpCreateSocket(context) }),
  'wasi:sockets/udp': (context) => ({ ...socketsUdp(context) }),
  'wasi:sockets/udp-create-socket': (context) => ({ ...socketsUdpCreateSocket(context) }),
};

export interface Wasi2Options {
  native: DataPlane & ChannelCalls;
  /** To the network broker; null: nothing of the network is allowed. */
  brokerFd: Fd | null;
  args: readonly string[];
  /** `K=V` strings. */
  env: readonly string[];
  workdir: string | null;
  stdio: readonly (FileKind | null)[];
  preopens: readonly { guestPath: string; fd: Fd; readOnly: boolean }[];
  limits: GuestConfig['limits'];
  traceWrite: ((line: string) => void) | null;
  learn: GuestConfig['learn'];
  /** Told of the guest's exit before it unwinds; in a container it does not return. */
  onExit(code: number): void;
}

export interface Wasi2 {
  /** Whether the interface is one of ours, by its unversioned name. */
  has(name: string): boolean;
  /** What jco's glue destructures. */
  provide(name: string): Record<string, unknown>;
  /** Live: grows while the guest runs. */
  counters: IoCounters;
  uses(): Omit<Uses, 'memoryBytes'> | null;
  /** Waits until all that the guest wrote is written. */
  flush(): void;
  /** False while the guest's post-return runs: any import traps. */
  setMayLeave(mayLeave: boolean): void;
}

export function createWasi2(options: Wasi2Options): Wasi2 {
  const resources = new Resources();
  const flush = (): void => {
    for (const resource of resources) if (resource instanceof OutputStream) resource.flush();
  };
  const context = createContext(options, resources, flush);
  const wrap = options.traceWrite && traceWrap(options.traceWrite);
  return {
    has: (name) => Object.hasOwn(interfaces, name),
    provide(name) {
      const make = interfaces[name];
      if (make === undefined) throw new Error(`no interface ${name}`);
      return provideInterface(context, name, make(context), wrap);
    },
    counters: context.counters,
    uses: () => context.uses && usesOf(context.uses, context.files.highest),
    flush,
    setMayLeave(mayLeave) {
      resources.mayLeave = mayLeave;
    },
  };
}

function usesOf({ grants, environment, streamCalls }: UseRecord, files: number): Omit<Uses, 'memoryBytes'> {
  return { preopens: grants.map(({ use }) => use), environment, files, streamCalls: [...streamCalls] };
}

function createContext(options: Wasi2Options, resources: Resources, flush: () => void): Context {
  const { native, args, env, limits, learn, stdio } = options;
  const words = new BigUint64Array(1);
  const context: Context = {
    native,
    counters: { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false },
    maxOutputBytes: limits.maxOutputBytes,
    uses: learn ? new UseRecord() : null,
    resources,
    args,
    env: env.map(splitVariable),
    workdir: options.workdir,
    stdin: null,
    stdout: null,
    stderr: null,
    preopens: [],
    broker: null,
    http: new HttpUsage(),
    files: new FileCount(limits.maxFiles, stdio.length + options.preopens.length),
    nowNs() {
      native.clockTime(1, words.buffer, 0);
      return words[0] ?? 0n;
    },
    exit(code) {
      flush();
      options.onExit(code);
      throw new ComponentExit(code);
    },
    scratch: new ArrayBuffer(65_536),
    wait: (pollable) => void pollAll(context, [pollable], true),
  };
  const open = (fd: number, actual: number): Stdio | null => {
    const kind = stdio[fd];
    return kind === null || kind === undefined ? null : new Stdio(context, actual, kind);
  };
  context.broker = options.brokerFd === null ? null : new BrokerClient(context, native, options.brokerFd);
  context.stdin = open(0, 0);
  context.stdout = open(1, learn?.stdoutFd ?? 1);
  context.stderr = open(2, 2);
  context.preopens = options.preopens.map(({ guestPath, fd, readOnly }) => ({
    guestPath,
    open: openPreopen(context, fd, readOnly),
  }));
  return context;
}

/** The context holds it open, whatever the guest does with its handles. */
function openPreopen(context: Context, fd: Fd, readOnly: boolean): OpenFile {
  const file = new HostDir(context, { fd, readOnly, grant: context.uses?.addGrant() ?? null });
  const flags = descriptorFlags.read | (readOnly ? 0 : descriptorFlags.mutateDirectory);
  return new OpenFile(file, { flags, mayMutate: !readOnly, files: context.files });
}

function splitVariable(variable: string): readonly [string, string] {
  const at = variable.indexOf('=');
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}
