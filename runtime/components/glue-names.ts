/**
 * Exports whose names in JavaScript are names that jco's glue needs for itself: `rsc-table-remove` becomes a function
 * rscTableRemove that stands before jco's own.
 */
import { Script } from 'node:vm';
import { glueSource } from '../../host/component/glue.ts';
import { printable } from '../../host/demangle.ts';
import { GuestFailure } from '../../host/failure.ts';

/** Where jco's helpers end, and the code of the component's own begins. */
const ownCode = /^ *let gen(?:\$\d+)?= \(function\*/m;
/** jco's indentation drifts by a level; what is deeper is local to a helper. */
const helper =
  /^ {0,2}(?:async )?(?:(?:function\*?|class) ([\w$]+)|const (symbol[A-Z]\w*|module\d+|\w+To[A-Z]\d+\w?|utf16Decoder|hasOwnProperty|isLE|dataView) )/gm;
const own = /^ *(?:async )?(?:function\*?|const|let|class) ([\w$]+)/gm;

/** Of ECMAScript, which the component's part of the glue uses. */
const builtins: readonly string[] = [
  ...['undefined', 'globalThis', 'Array', 'BigInt', 'Boolean', 'Error', 'Map', 'Math', 'Number', 'Object', 'Promise'],
  ...['RangeError', 'Set', 'String', 'Symbol', 'TypeError', 'Uint8Array', 'WeakMap', 'WebAssembly'],
];

/** Throws GuestFailure. `module`: as jco wrote it. */
export function checkGlueNames(module: string): void {
  const [helpers = '', code] = module.split(ownCode);
  if (code === undefined) throw new Error('the glue has no code of the component');
  const taken = new Set([...builtins, ...namesOf(helpers, helper)]);
  const collision = namesOf(code, own).find((name) => taken.has(name));
  if (collision !== undefined) refuse(collision);
}

/** Two of one name are no JavaScript. Throws GuestFailure; `glue`: as it will be run. */
export function checkGlueSyntax(glue: string): void {
  try {
    new Script(glueSource(glue));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, name] = /^Identifier '(.*)' has already been declared$/.exec(error.message) ?? [];
    if (name === undefined) throw error;
    refuse(name);
  }
}

function namesOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, name, other]) => name ?? other ?? []);
}

function refuse(name: string): never {
  const called = `exports what is called ${printable(name, 128)} in JavaScript`;
  throw new GuestFailure(
    'other-host',
    `${called}, a name that jco, which makes components run here, uses itself: rename it`,
  );
}
