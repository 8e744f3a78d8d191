/** Starts that the launcher may repeat, each test with a module and a situation of its own. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type ImageFolder, imageFolder } from './frozen.ts';
import { guest } from './guests.ts';
import { expectNothingLeft } from './leaks.ts';
import { wasmctrBin } from './wasmctr.ts';

/** A start is repeated where it has control groups of its own. */
export const makesGroups: boolean = process.geteuid?.() === 0;

export interface Told {
  input?: string;
  args?: readonly string[];
  env?: Record<string, string>;
  prefix?: readonly string[];
  cwd?: string;
}

export interface Ran {
  stdout: string;
  stderr: string;
  status: number | null;
  signal: string | null;
}

/** Of wat/as-told that is told nothing. */
export const plain: Ran = { stdout: 'told\n', stderr: '', status: 0, signal: null };

export interface Traced {
  /** By the launcher itself, where it makes the control groups. */
  madeGroups: boolean;
  /** There was JavaScript in the supervisor: its event loop. */
  supervised: boolean;
}

export interface Repeats {
  images(): ImageFolder;
  /** A folder for the test file's own things. */
  home(): string;
  /** A copy of wat/as-told of the test's own. */
  module(): string;
  records(): string[];
  /** Standard input is always a pipe: one situation. */
  run(told?: Told): Ran;
  /** Under strace all is slow, and its filter is part of the situation. */
  trace(told?: Told): Traced;
  /** Whether the launcher starts it from a record, once there can be one. */
  isRepeated(told?: Told): boolean;
}

export function useRepeats(): Repeats {
  let images: ImageFolder;
  let home: string;
  let module: string;
  beforeAll(() => {
    images = imageFolder();
    images.refresh();
    home = mkdtempSync(join(tmpdir(), 'wasmctr-repeat-'));
  });
  beforeEach(() => {
    module = join(mkdtempSync(join(home, 'test-')), 'told.wasm');
    copyFileSync(guest('wat/as-told'), module);
  });
  afterAll(async () => {
    images.remove();
    rmSync(home, { recursive: true });
    await expectNothingLeft();
  });
  const run: Repeats['run'] = ({ input = '', args = [module], env = {}, prefix = [], cwd } = {}) => {
    const [program = '', ...words] = [...prefix, wasmctrBin, 'run', ...args];
    const all = { XDG_CACHE_HOME: images.cache, WASMCTR_FROZEN: '1', ...env };
    const options = { input, env: all, cwd, encoding: 'utf8', timeout: 20_000 } as const;
    const { stdout, stderr, status, signal } = spawnSync(program, words, options);
    return { stdout, stderr, status, signal };
  };
  const trace: Repeats['trace'] = (told = {}) => {
    const file = join(home, 'trace');
    const strace = ['/usr/bin/strace', '--seccomp-bpf', '-f', '-o', file, '-e', 'trace=clone3,epoll_pwait,mkdirat'];
    run({ ...told, prefix: [...strace, ...(told.prefix ?? [])] });
    const lines = readFileSync(file, 'utf8').split('\n');
    const launcher = lines[0]?.split(' ')[0] ?? '';
    const calls = (name: string): boolean =>
      lines.some((line) => line.startsWith(launcher) && line.includes(` ${name}(`));
    return { madeGroups: calls('mkdirat'), supervised: calls('epoll_pwait') };
  };
  return {
    images: () => images,
    home: () => home,
    module: () => module,
    records: () => readdirSync(images.folder).filter((name) => name.includes('.again-')),
    run,
    trace,
    isRepeated: (told = {}) => {
      trace(told);
      return trace(told).madeGroups;
    },
  };
}
