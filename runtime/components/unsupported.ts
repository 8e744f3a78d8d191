/** What is valid in a component and does not run here. Said in our words, before jco panics or goes wrong at it. */

import type { WitFunction, WitInterface, WitSide } from '../../host/component/wit.ts';
import { canonicalCodes, canonicalOptions } from '../../host/component/wit-canonical.ts';
import type { Canonical, ComponentWorld } from '../../host/component/wit-world.ts';
import { printable } from '../../host/demangle.ts';
import { GuestFailure } from '../../host/failure.ts';

/** By name alone, of what may not even be read. jco's hybrid bindings panic on asynchronous functions. */
export function refuseImports(imports: readonly string[]): void {
  const wasi3 = imports.find((name) => /^wasi:[^@]*@0\.3\b/.test(name));
  if (wasi3 !== undefined) {
    refuse(`imports ${printable(wasi3, 128)}: WASI 0.3 does not run so far, compile for WASI 0.2`);
  }
  const elsewhere = imports.find((name) => /^(?:url|relative-url|integrity|locked-dep|unlocked-dep)=/.test(name));
  if (elsewhere !== undefined) {
    refuse(`imports ${printable(elsewhere, 128)}: components are not fetched, compose them into one (wac, wasm-tools)`);
  }
}

export function refuseUnsupported({ imports, exports, canonical }: ComponentWorld): void {
  const asynchronous = canonical.find(isAsync) ?? [...functionsOf(imports), ...functionsOf(exports)].find(isAsyncType);
  if (asynchronous !== undefined) {
    refuse('uses asynchronous functions of the component model, which do not run so far: compile for WASI 0.2');
  }
  refuseEncodings(canonical, new Set(wasiFunctions(imports)));
}

/** resource.new, resource.drop and resource.rep; context.get and context.set, which are no more than two variables. */
const plainCodes: ReadonlySet<number> = new Set([canonicalCodes.lift, canonicalCodes.lower, 2, 3, 4, 10, 11]);

function isAsync({ code, options }: Canonical): boolean {
  const { async, callback } = canonicalOptions;
  return !plainCodes.has(code) || options.includes(async) || options.includes(callback);
}

const isAsyncType = ({ isAsync }: WitFunction): boolean => isAsync;

/**
 * WASI's functions give and take UTF-8, whatever they were lowered with; jco has no Latin-1, and copies UTF-16 between
 * components as it comes.
 */
function refuseEncodings(canonical: readonly Canonical[], wasi: ReadonlySet<WitFunction>): void {
  const { utf16, latin1OrUtf16 } = canonicalOptions;
  const isComposed = canonical.some(({ isNested }) => isNested);
  for (const { func, options } of canonical) {
    if (options.includes(latin1OrUtf16)) refuseEncoding('latin1+utf16', 'compile');
    if (!options.includes(utf16)) continue;
    if (isComposed) refuseEncoding('utf16 in composed components', 'compile them');
    if (func !== null && wasi.has(func)) refuseEncoding('utf16 in calls of WASI', 'compile');
  }
}

function refuseEncoding(which: string, compile: string): never {
  return refuse(`passes strings as ${which}, which is not supported: ${compile} with string-encoding=utf8`);
}

function functionsOf({ interfaces, functions }: WitSide): WitFunction[] {
  return [...[...interfaces.values()].flatMap((of) => [...of.functions.values()]), ...functions.values()];
}

function wasiFunctions({ interfaces }: WitSide): WitFunction[] {
  const wasi = [...interfaces].filter(([name]) => name.startsWith('wasi:'));
  return wasi.flatMap(([, of]: [string, WitInterface]) => [...of.functions.values()]);
}

function refuse(message: string): never {
  throw new GuestFailure('other-host', message);
}
