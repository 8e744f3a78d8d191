/** Commands run in turn: how long each takes, or what each says that it measured itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import type { Built } from './build.ts';
import { digits, interleave, median, quantile, ratio, table } from './stats.ts';

type Environment = Readonly<Record<string, string>>;

/** Milliseconds from spawn to reaping. */
export function commandMs(built: Built, command: readonly string[], env: Environment = {}): number {
  return Number(execFileSync(built.native('time-command'), command, { encoding: 'utf8', env })) / 1e6;
}

export function compare(
  built: Built,
  commands: Readonly<Record<string, readonly string[]>>,
  base: string,
  rounds: number,
  env: Environment = {},
): string {
  const cases = Object.entries(commands).map(
    ([name, command]) => [name, () => commandMs(built, command, env)] as const,
  );
  const series = interleave(Object.fromEntries(cases), rounds);
  const baseMs = median(series.find(({ name }) => name === base)?.samples ?? []);
  const rows = series.map(({ name, samples }) => [
    name,
    digits(median(samples)),
    digits(quantile(samples, 0.1)),
    digits(quantile(samples, 0.9)),
    ratio(median(samples), baseMs),
  ]);
  return table(['', 'p50, ms', 'p10', 'p90', `p50 to ${base}`], rows);
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
