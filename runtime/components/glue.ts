/** jco's module → the source of one function expression, and V8's code for the part of it that a start runs. */
import { Script } from 'node:vm';
import { glueName, glueSource } from '../../host/component/glue.ts';
import { checkGlueNames, checkGlueSyntax } from './glue-names.ts';
import { patchGlue } from './glue-patches.ts';
import { nameTables } from './glue-tables.ts';

/**
 * jco checks a handle against 0, which is what it leaves behind when one is dropped; a number beyond the table reads
 * undefined, passes, and would then be some other resource's.
 */
const handleCheck = 'if (val === 0 || (scope & T_FLAG) !== 0) {';
const strictHandleCheck = 'if (val === undefined || val === 0 || (scope & T_FLAG) !== 0) {';
/** Traces nothing unless a variable is set, but looks for the variable each time. */
const debugCheck = 'if (!globalThis?.process?.env?.JCO_DEBUG) { return; }';
/** Gives V8's traps other names, which host/trap.ts would not know. */
const trapNames = 'if (message !== undefined) { err.message = message; }';

/**
 * Throws GuestFailure on names that don't work, and an Error when jco writes something else than this was made for: a new
 * version has to be looked at.
 */
export function plainGlue(module: string): string {
  checkGlueNames(module);
  const checked = module.includes('function rscTableRemove(table')
    ? replaceOnce(module, handleCheck, strictHandleCheck)
    : module;
  const glue = patchGlue(nameTables(checked))
    .replace(debugCheck, 'return;')
    .replace(trapNames, '')
    .replace(/^export (?=function |const |class )/gm, '');
  checkGlueSyntax(glue);
  return glue;
}

function replaceOnce(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`the glue has ${parts.length - 1} of: ${from}`);
  return parts.join(to);
}

/**
 * V8 caches the functions that have run, so the glue is run: against stand-ins for the imports, the core modules and
 * their exports, which are all the same object that can be called, read and constructed. No code of the guest's runs.
 */
export function glueCode(glue: string): Uint8Array {
  const script = new Script(glueSource(glue), { filename: glueName });
  try {
    const instantiate = script.runInThisContext()({ __proto__: null, WebAssembly }, setTimeout, quietConsole);
    const exports = instantiate(
      () => anything,
      anything,
      () => ({ exports: anything }),
    );
    for (const value of Object.values(exports)) callEach(value);
  } catch {
    // Then fewer functions are in the cache, and are compiled when they are called.
  }
  return script.createCachedData();
}

/** `run`, so that what a call does around the core function is in the cache too. */
function callEach(exported: unknown): void {
  const functions = typeof exported === 'function' ? [exported] : Object.values(exported ?? {});
  for (const call of functions) {
    try {
      if (typeof call === 'function') call();
    } catch {
      // Arguments are missing, or a result is of no use.
    }
  }
}

const quietConsole = { __proto__: null, log() {}, error() {}, warn() {}, debug() {} };

const anything: unknown = new Proxy(function nothing() {}, {
  get: (_target, name) => (name === Symbol.toPrimitive ? () => 0 : anything),
  apply: () => 0,
  construct: () => ({}),
});
