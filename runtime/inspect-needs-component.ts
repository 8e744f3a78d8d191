/** What a component will ask of its host, told from the WASI interfaces that it imports, as inspect-needs.ts for modules. */
import { isWasi } from '../host/component/user-imports.ts';
import type { WitWorld } from '../host/component/wit.ts';
import type { InspectImport } from './inspect.ts';
import type { Capability, ModuleNeeds } from './inspect-needs.ts';

const capabilities: readonly (readonly [Capability, RegExp])[] = [
  ['arguments', /^wasi:cli\/environment@\S+#get-arguments$/],
  ['environment', /^wasi:cli\/environment@\S+#get-environment$/],
  ['streams', /^wasi:cli\/std/],
  ['files', /^wasi:filesystem\//],
  ['sockets', /^wasi:sockets\//],
  ['HTTP', /^wasi:http\/outgoing-handler@/],
  ['clocks', /^wasi:clocks\//],
  ['random numbers', /^wasi:random\//],
];

export function componentNeeds(world: WitWorld, imports: readonly InspectImport[]): ModuleNeeds {
  const called = imports.filter(({ provided }) => provided).map(({ module, name }) => `${module}#${name}`);
  const uses = capabilities.filter(([, calls]) => called.some((name) => calls.test(name))).map(([use]) => use);
  const obstacles = obstaclesOf(world);
  return { uses, flags: obstacles.length > 0 ? [] : neededFlags(world, uses, imports), obstacles };
}

function neededFlags(
  { exports }: WitWorld,
  uses: readonly Capability[],
  imports: readonly InspectImport[],
): ModuleNeeds['flags'] {
  const flags: { flag: string; reason: string; required: boolean }[] = [];
  const add = (flag: string, reason: string, required = false): void => {
    flags.push({ flag, reason, required });
  };
  if (!hasExport(exports, /^wasi:cli\/run@/)) {
    add("--invoke 'FUNC(ARGS)'", 'it exports functions, but no wasi:cli/run', true);
  }
  if (uses.includes('files')) add('--dir HOST[::GUEST]', 'it can open files');
  if (uses.includes('sockets') || uses.includes('HTTP')) add('--allow-net HOST', 'it can use the network');
  if (uses.includes('environment')) add('--env KEY=VALUE', 'it can read environment variables');
  const missing = imports.filter(({ provided }) => !provided);
  if (missing.length > 0) {
    const own = missing.some(({ module }) => !isWasi(module)) ? '; the library can, see its `imports`' : '';
    add('--unknown-imports trap', `nothing here provides ${missing.length} of its imported functions${own}`, true);
  }
  return flags;
}

const hasExport = ({ interfaces }: WitWorld['exports'], name: RegExp): boolean =>
  [...interfaces.keys()].some((key) => name.test(key));

function obstaclesOf({ imports, exports }: WitWorld): string[] {
  const later = [...imports.interfaces.keys()].find((name) => /^wasi:[^@]*@0\.3\b/.test(name));
  const obstacles = later === undefined ? [] : ['it imports WASI 0.3: compile for WASI 0.2'];
  const others = [...exports.interfaces.keys()].filter((name) => !/^wasi:http\/incoming-handler@/.test(name));
  if (hasExport(exports, /^wasi:http\/incoming-handler@/) && others.length + exports.functions.size === 0) {
    obstacles.push('it is an HTTP service (wasi:http/incoming-handler) and no program');
  }
  return obstacles;
}
