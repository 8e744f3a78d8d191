/** What is called: a command's `_start`, or a reactor's `_initialize` and then the function that was asked for. */
import type { GuestConfig } from './config.ts';
import { printable } from './demangle.ts';
import { GuestFailure } from './failure.ts';
import { InvokeError, type InvokeValue, parseInvokeArgs } from './invoke.ts';
import type { WasmExport } from './wasm-binary-module.ts';
import { type FunctionType, formatFunctionType } from './wasm-binary-types.ts';

export interface Entry {
  /** Call `_initialize` first: once, before any other export. */
  initialize: boolean;
  /** null: a reactor that is only initialized, which ends well. */
  main: MainFunction | null;
}

export interface MainFunction {
  name: string;
  args: readonly InvokeValue[];
  type: FunctionType;
  isCommand: boolean;
}

/** The exports that `chooseEntry` looks at. */
export function calledExports(invoke: GuestConfig['invoke']): ReadonlySet<string> {
  return new Set(['_start', '_initialize', ...(invoke ? [invoke.name] : [])]);
}

/** Throws GuestFailure when there is nothing to call. `startsItself`: the module's start function is its program. */
export function chooseEntry(
  exports: readonly WasmExport[],
  invoke: GuestConfig['invoke'],
  startsItself = false,
): Entry {
  const start = findLifecycleFunction('_start', exports);
  const initialize = findLifecycleFunction('_initialize', exports);
  // The application ABI: the two kinds are mutually exclusive, and implementations should say so.
  if (start && initialize) {
    throw new GuestFailure(
      'no-program',
      'exports both _start and _initialize: a module is a command or a reactor, not both',
    );
  }
  if (invoke) return { initialize, main: findInvoked(invoke, exports) };
  if (start) {
    return {
      initialize: false,
      main: { name: '_start', args: [], type: { params: [], results: [] }, isCommand: true },
    };
  }
  if (initialize || startsItself) return { initialize, main: null };
  const code = callable(exports).length === 0 ? 'no-program' : 'no-entry';
  throw new GuestFailure(code, `exports no _start, so it is no program${suggest(exports)}`);
}

function findLifecycleFunction(name: string, exports: readonly WasmExport[]): boolean {
  const found = exports.find((entry) => entry.name === name);
  if (!found) return false;
  const { type } = found;
  if (!type) throw new GuestFailure('no-program', `exports ${name} as a ${found.kind}, not as a function`);
  if (type.params.length > 0 || type.results.length > 0) {
    throw new GuestFailure(
      'no-program',
      `exports ${name} as ${printable(formatFunctionType(type), 256)}, expected func ()`,
    );
  }
  return true;
}

function findInvoked(
  { name, args }: { name: string; args: readonly string[] },
  exports: readonly WasmExport[],
): MainFunction {
  const found = exports.find((entry) => entry.name === name);
  const shown = printable(name, 128);
  if (!found) throw new GuestFailure('unknown-export', `exports no function ${shown}${suggest(exports)}`);
  const { type } = found;
  if (!type) throw new GuestFailure('unknown-export', `exports ${shown} as a ${found.kind}, not as a function`);
  try {
    return { name, args: parseInvokeArgs(name, type, args), type, isCommand: name === '_start' };
  } catch (error) {
    if (error instanceof InvokeError) throw new GuestFailure('bad-invoke-argument', error.message);
    throw error;
  }
}

/** Names in an error message; a module may export a million functions. */
const maxSuggestions = 12;

function callable(exports: readonly WasmExport[]): string[] {
  return exports.filter(({ kind, name }) => kind === 'func' && name !== '_initialize').map(({ name }) => name);
}

function suggest(exports: readonly WasmExport[]): string {
  const names = callable(exports);
  if (names.length === 0) return '; it exports no function at all';
  const shown = names.slice(0, maxSuggestions).map((name) => printable(name, 64));
  const rest = names.length - shown.length;
  return `; its functions are ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
