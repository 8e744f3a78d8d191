/**
 * Where attack tests land instead of dist/cli.cjs: the same fork, plan, stages and supervision, but in the place of the
 * guest a function of the test's runs with raw system calls. Bundled with the test addon; see attack.ts.
 */
import { readFileSync, writeSync } from 'node:fs';
import type { GuestConfig, GuestMessage } from '../../host/config.ts';
import type { ForkOptions, SandboxPlan } from '../../native/control.ts';
import { type Delivery, deliveryFrom } from '../../native/delivery.ts';
import { loadNative } from '../../native/load.ts';
import { parseFlags } from '../../runtime/cli/flags.ts';
import { readText } from '../../runtime/cli/read-text.ts';
import { resolveSpec } from '../../runtime/resolve-spec.ts';
import { runContainer, type Supervisor } from '../../runtime/run.ts';
import { startContainer } from '../../runtime/start.ts';
import { stdioKinds } from '../../runtime/stdio-kinds.ts';
import { type AttackNative, makeKit } from './attack-kit.ts';

export const layers = ['seccomp', 'landlock', 'capabilities', 'userns', 'ids', 'root', 'network', 'rlimits'] as const;
export type Layer = (typeof layers)[number];

/** On the command line: needed before the fork. */
export interface AttackSetup {
  without: readonly Layer[];
  /** An order of stages; empty: the real one. */
  stages: readonly string[];
  /** Run by the supervisor before the fork, as (kit) => void: what the caller's process may hold. */
  before: string;
}

/** On descriptor 3, read after the first fork as the real command reads its arguments. */
export interface AttackItem {
  flags: readonly string[];
  env: readonly string[];
  module: string;
  code: string;
  given: unknown;
}

type AttackOrders = Pick<AttackItem, 'code' | 'given'> & Pick<GuestConfig, 'brokerFd'>;

const inputFd = 3;
const outputFd = 4;
const utf8 = new TextEncoder();
const CLONE_NEWUSER = 0x10000000;
const CLONE_NEWNET = 0x40000000;

const setup = JSON.parse(process.argv[2] ?? '{}') as AttackSetup;
const native = withoutAhead(loadNative() as AttackNative);
if (setup.stages.length > 0) native.setStageOrder(setup.stages);
if (setup.before !== '') new Function('kit', `(${setup.before})(kit)`)(makeKit(native, { fds: [], controlFd: -1 }));

function withoutAhead(real: AttackNative): AttackNative {
  return {
    ...real,
    fork(options: ForkOptions) {
      const aheadRoot = setup.without.includes('root') ? 0 : options.aheadRoot;
      const aheadFlags = options.aheadFlags & ~(setup.without.includes('network') ? CLONE_NEWNET : 0);
      return real.fork({ ...options, aheadRoot, aheadFlags });
    },
  };
}

/** The real plan, less the layers that are taken to have fallen. */
function weaken(plan: SandboxPlan): SandboxPlan {
  const weaker: Record<Layer, Partial<SandboxPlan>> = {
    seccomp: { seccomp: new Uint8Array() },
    landlock: { landlockFs: 0, landlockNet: 0, landlockScope: 0, landlockPaths: [], landlockPorts: [] },
    capabilities: { dropCapabilities: 0, noNewPrivs: 0 },
    userns: { unshareFlags: plan.unshareFlags & ~CLONE_NEWUSER, uidMap: '', gidMap: '' },
    ids: { uid: -1, gid: -1, uidMap: '0 0 1', gidMap: '0 0 1' },
    root: {},
    network: {},
    rlimits: { rlimits: [] },
  };
  return Object.assign({ ...plan }, ...setup.without.map((layer) => weaker[layer]));
}

async function attackAll(): Promise<void> {
  let items: AttackItem[] | undefined;
  for (let i = 0; i < (items?.length ?? 1); i++) {
    const started = startContainer(native);
    if (started.role === 'child') return runAttack(deliveryFrom(native.awaitPlan()));
    items ??= JSON.parse(readFileSync(inputFd, 'utf8')) as AttackItem[];
    const item = items[i];
    if (item === undefined) throw new Error('no attack was given');
    report({ started: started.container.pid });
    const attacked: AttackNative = {
      ...native,
      sendPlan: (socket, plan, own, fds) => {
        // A network broker's plan is its own.
        if (socket !== started.container.controlFd) return native.sendPlan(socket, plan, own, fds);
        const { brokerFd } = JSON.parse(new TextDecoder().decode(own)) as GuestConfig;
        const attack = { code: item.code, given: item.given, brokerFd };
        native.sendPlan(socket, weaken(plan), utf8.encode(JSON.stringify(attack)), fds);
      },
    };
    const { config: _file, help: _help, ...options } = parseFlags([...item.flags, item.module]);
    const { spec } = resolveSpec([{ options, label: (name) => `--${name}` }], { env: item.env, readText });
    const stdio = stdioKinds(native, 0b111);
    const supervisor: Supervisor = {
      ...started,
      native: attacked,
      readText,
      stdio,
      openPack,
      findCode: null,
      recorder: null,
    };
    report({ result: await runContainer(supervisor, spec) });
  }
}

/** No attack reads its program: a component is as good as its pack. */
const openPack: Supervisor['openPack'] = async ({ fd, bytes }) => ({
  fd,
  bytes,
  entry: null,
  origin: { cache: 'off', note: null },
});

function report(line: object): void {
  writeSync(outputFd, `${JSON.stringify(line)}\n`);
}

/** In the container, after the last stage. */
function runAttack(delivery: Delivery): never {
  const orders = JSON.parse(new TextDecoder().decode(delivery.config)) as AttackOrders;
  const { code, given, brokerFd } = orders;
  const send = (message: GuestMessage): void => {
    native.sendMessage(delivery.controlFd, utf8.encode(JSON.stringify(message)));
  };
  send({ type: 'ready', compileUs: 0, instantiateUs: 0, codeBytes: 0, isKept: false });
  try {
    const value: unknown = new Function('kit', 'given', `return (${code})(kit, given)`)(
      makeKit(native, { ...delivery, brokerFd: delivery.fds[brokerFd ?? -1] ?? -1 }),
      given,
    );
    const io = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
    // In pieces: the supervisor keeps no text longer than this.
    const results = (JSON.stringify(value) ?? 'null').match(/.{1,4000}/gs) ?? [];
    send({ type: 'outcome', outcome: { kind: 'returned', results }, io, uses: null });
  } catch (error) {
    send({ type: 'failed', code: 'internal', message: error instanceof Error ? `${error.stack}` : String(error) });
  }
  return native.exitNow(0);
}

export const done: Promise<never> = attackAll().then(() => native.exitNow(0));
