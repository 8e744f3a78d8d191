/** Commands run in turn: how long each takes, or what each says that it measured itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import type { Built } from './build.ts';
import { digits, interleave, median, quantile, ratio, table } from './stats.ts';

type Environment = Readonly<Record<string, string>>;

/** From spawn to reaping, the processes that it waited for among it. */
export interface Cost {
  ms: number;
  cpuMs: number;
  pageFaults: number;
}

export function commandCost(built: Built, command: readonly string[], env: Environment = {}): Cost {
  const text = execFileSync(built.native('time-command'), command, { encoding: 'utf8', env });
  const [ns = 0, cpuNs = 0, pageFaults = 0] = text.split(' ').map(Number);
  return { ms: ns / 1e6, cpuMs: cpuNs / 1e6, pageFaults };
}

interface Comparison {
  /** What all others are related to. */
  base: string;
  rounds: number;
  env?: Environment;
  /** Before each sample. */
  prepare?: () => void;
}

export function compare(
  built: Built,
  commands: Readonly<Record<string, readonly string[]>>,
  { base, rounds, env = {}, prepare = () => {} }: Comparison,
): string {
  const cases = Object.entries(commands).map(([name, command]) => {
    const sample = (): Cost => {
      prepare();
      return commandCost(built, command, env);
    };
    return [name, sample] as const;
  });
  const series = interleave(Object.fromEntries(cases), rounds);
  const baseMs = median(series.find(({ name }) => name === base)?.samples.map(({ ms }) => ms) ?? []);
  const rows = series.map(({ name, samples }) => {
    const ms = samples.map((sample) => sample.ms);
    const cpuMs = median(samples.map((sample) => sample.cpuMs));
    const pageFaults = median(samples.map((sample) => sample.pageFaults));
    return [name, ...[median(ms), quantile(ms, 0.1), quantile(ms, 0.9)].map(digits), ratio(median(ms), baseMs)].concat(
      digits(cpuMs),
      digits(pageFaults),
    );
  });
  return table(['', 'p50, ms', 'p10', 'p90', `p50 to ${base}`, 'CPU, ms', 'page faults'], rows);
}

/** `name ns` lines on standard error of one run. */
function measured(command: readonly string[], cwd: string): Map<string, number> {
  const [program = '', ...args] = command;
  const { stderr, status } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: {},
    cwd,
  });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  return new Map([...stderr.matchAll(/^(.+) ([\d.]+)$/gm)].map(([, name = '', ns]) => [name, Number(ns)]));
}

/** Programs that print the same names, run in turn; the median of each name. */
export function compareInside(
  programs: Readonly<Record<string, readonly string[]>>,
  cwd: string,
  rounds: number,
): Map<string, number[]> {
  const names = Object.keys(programs);
  const found = new Map<string, number[][]>();
  for (let round = 0; round < rounds; round++) {
    for (const [position, name] of names.entries()) {
      for (const [what, ns] of measured(programs[name] ?? [], cwd)) {
        const columns = found.get(what) ?? names.map(() => []);
        columns[position]?.push(ns);
        found.set(what, columns);
      }
    }
  }
  return new Map([...found].map(([what, columns]) => [what, columns.map(median)]));
}

/** What a bundled script wrote to its descriptor 3. */
export function result<T>(built: Built, name: string, args: readonly string[]): T {
  const stdio = ['pipe', 'ignore', 'pipe', 'pipe'] as const;
  const command = [...built.script(name, '--no-liftoff'), ...args];
  const { output, status, stderr } = spawnSync(process.execPath, command, {
    stdio: [...stdio],
    encoding: 'utf8',
    env: {},
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(output[3] ?? '');
}
