/** A container of ours in place of a guest's: a tool that works on hostile bytes, and needs nothing but its program. */
import type { RawOptions } from './options.ts';
import { resolveSpec } from './resolve-spec.ts';
import type { RunResult } from './result.ts';
import { runContainer } from './run.ts';
import type { Started } from './start.ts';

/** `options` as a library's caller gives them; the tool's stdin, stdout and stderr are /dev/null or pipes. */
export function runInToolContainer(
  started: Extract<Started, { role: 'parent' }>,
  options: RawOptions,
): Promise<RunResult> {
  const { spec } = resolveSpec([{ options, label: (name) => name }], { env: [], readText: () => '' });
  // Nothing that a filter would have to know.
  const stdio = [null, null, null];
  const supervisor = { ...started, readText: () => '', stdio, openPack: null, findCode: null, recorder: null };
  return runContainer(supervisor, spec);
}
