/** What of a component is called: its `wasi:cli/run`, or the export that was asked for. */
import type { GuestConfig, GuestOutcome } from '../config.ts';
import { printable } from '../demangle.ts';
import { GuestFailure } from '../failure.ts';
import { prepareInvoke } from './invoke.ts';
import type { LoadedComponent } from './load.ts';

/** In an error message; a component may export a million things. */
const maxNames = 12;

/** Calls it and gives how the guest ended; throws what the guest's code throws. */
export type ComponentEntry = (exports: Record<string, unknown>) => GuestOutcome;

/** Throws GuestFailure when there is nothing to call. */
export function chooseExport(
  { exports, types }: Pick<LoadedComponent, 'exports' | 'types'>,
  invoke: GuestConfig['invoke'],
): ComponentEntry {
  if (invoke !== null) {
    const { call } = prepareInvoke(types, invoke.name);
    return (instance) => ({ kind: 'returned', results: call(instance) });
  }
  const run = exports.find(({ name }) => name === 'wasi:cli/run');
  if (run !== undefined) return (instance) => callRun(instance[`wasi:cli/run@${run.version}`]);
  if (exports.some(({ name }) => name === 'wasi:http/incoming-handler')) {
    throw new GuestFailure(
      'http-service',
      'exports wasi:http/incoming-handler, so it is an HTTP service and no program',
    );
  }
  if (exports.length === 0) {
    throw new GuestFailure('no-program', 'exports no wasi:cli/run, so it is no program; it exports nothing');
  }
  const names = exports.slice(0, maxNames).map(({ name }) => printable(name, 64));
  const rest = exports.length - names.length;
  const list = `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  throw new GuestFailure('no-entry', `exports no wasi:cli/run, so it is no program; it exports ${list}`);
}

/** `run: func() -> result`: the glue throws the error's payload, of which there is none. */
function callRun(run: unknown): GuestOutcome {
  const call = (run as { run?: unknown } | undefined)?.run;
  if (typeof call !== 'function') throw new Error('the glue exports no run');
  try {
    call();
    return { kind: 'exit', code: 0 };
  } catch (error) {
    if (error === undefined) return { kind: 'exit', code: 1 };
    throw error;
  }
}
