/**
 * One attack against every wall in turn: with all layers the filter ends the guest and names the call; then the same
 * with the filter fallen, and with Landlock fallen too.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AttackCode, type Attacked, type AttackOptions, attackEach, type Kit, type Layer } from './attack.ts';
import { expectNothingLeft } from './leaks.ts';

export interface Attempt {
  name: string;
  code: AttackCode<undefined, unknown>;
  /** The call that the filter stops. null: it lets the attack pass to the walls behind, which give `landlock`'s answer. */
  filter: string | null;
  /** What the attack gets when the filter has fallen: Landlock and what is behind it. */
  landlock: unknown;
  /** What it gets when Landlock has fallen too: namespaces, capabilities, ids, mounts. Absent: the same. */
  others?: unknown;
}

const levels: { title: string; without: readonly Layer[] }[] = [
  { title: 'all layers', without: [] },
  { title: 'the filter fallen', without: ['seccomp'] },
  { title: 'filter and Landlock fallen', without: ['seccomp', 'landlock'] },
];

export function testWalls(attempts: readonly Attempt[], options: AttackOptions = {}): void {
  for (const [level, { title, without }] of levels.entries()) {
    describe(title, () => {
      let outcomes: Attacked<unknown>[];
      beforeAll(async () => {
        outcomes = await runAttempts(attempts, { ...options, without });
      });
      afterAll(() => expectNothingLeft());
      test.each(attempts.map((attempt, index) => ({ ...attempt, index })))('$name', ({ index, ...attempt }) => {
        const outcome = outcomes[index];
        if (outcome === undefined) throw new Error('it was not run');
        if (level === 0 && attempt.filter !== null) expectViolation(outcome, attempt.filter);
        else expect(outcome.value).toEqual(level === 2 ? (attempt.others ?? attempt.landlock) : attempt.landlock);
      });
    });
  }
}

/** The guest is dead by its own call, and the result says which. */
export function expectViolation({ result, value }: Attacked<unknown>, call: string): void {
  expect(value, `${call} was not stopped`).toBeUndefined();
  expect(result).toMatchObject({ ok: false, exitCode: 159, signal: 'SIGSYS', seccompViolation: call, error: null });
}

/** Each in a fresh container. */
export function runAttempts(
  attempts: readonly Pick<Attempt, 'code'>[],
  options: AttackOptions,
): Promise<Attacked<unknown>[]> {
  const run = (kit: Kit, source: string): unknown => new Function('kit', `return (${source})(kit)`)(kit);
  return attackEach(
    run,
    attempts.map(({ code }) => code.toString()),
    options,
  );
}
