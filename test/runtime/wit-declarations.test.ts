import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WitWorld } from '../../host/component/wit.ts';
import { readWorld } from '../../host/component/wit-world.ts';
import { typeDeclarations } from '../../runtime/wit-declarations.ts';
import { root } from '../helpers/guests.ts';
import { componentOf, kitWit } from '../helpers/wit-component.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmctr-types-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the compiler says of a program beside the declarations. */
async function compile(declarations: string, program: string): Promise<string> {
  writeFileSync(join(folder, 'types.d.ts'), declarations);
  writeFileSync(join(folder, 'program.ts'), program);
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2023', '--module', 'nodenext'];
  const lib = ['--lib', 'es2023,esnext.disposable', '--types', '', '--skipLibCheck', 'false'];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [tsc, ...flags, ...lib, 'program.ts'], { cwd: folder });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

let declarations: string;
beforeAll(async () => {
  declarations = typeDeclarations(readWorld(await componentOf(kitWit, 'kit')));
});

const good = `
import type { DemoKitShapes, DemoKitStore, Exports, Imports } from './types.d.ts';

class Bucket {
  #name: string;
  constructor(name: string) { this.#name = name; }
  static async open(name: string) { return new Bucket(name); }
  name() { return this.#name; }
  merge(other: DemoKitStore.Bucket) { return new Bucket(this.#name + String(other.name())); }
}
const item = (id: bigint): DemoKitStore.Item => ({ id, name: 'a', data: new Uint8Array(1), at: { x: 1, y: 2 } });
export const imports: Imports = {
  'demo:kit/store': {
    get: (id) => item(id),
    paint: async (all, asShape) => (asShape.tag === 'dot' ? { tag: 'ok', val: all.length } : undefined),
    now: () => 1n,
    longest: (buckets) => buckets[0] ?? new Bucket(''),
    Bucket,
  },
  ask: async (question) => question,
};
// As run takes it.
export const given: Readonly<Record<string, object>> = imports;
export const color: DemoKitShapes.Color = 'dark-blue';
export function use(exports: Exports): number {
  const [point, perms] = exports['demo:kit/api@1.2.3'].echo({ x: 1, y: 2 }, { execAll: true }, [1, -1]);
  return exports.add(point.x, perms.read === true ? 1 : 0) + new exports['demo:kit/api@1.2.3'].Counter(1).next();
}
`;

describe('the TypeScript of a component', () => {
  it('is what programs are written against', async () => {
    expect(await compile(declarations, good)).toBe('');
  });

  it.each([
    ['a function that is missing', 'now: () => 1n,', '', 'now'],
    ['a result of another type', 'now: () => 1n,', "now: () => 'soon',", 'string'],
    ['an argument of another type', 'exports.add(point.x,', "exports.add('1',", 'number'],
    ['a case that there is not', "'dark-blue'", "'pink'", 'pink'],
    ['a resource without a method', 'merge(other', 'meld(other', 'merge'],
  ])('refuses %s', async (_, part, replacement, word) => {
    expect(good).toContain(part);
    const errors = await compile(declarations, good.replace(part, replacement));
    expect(errors).toContain('error TS');
    expect(errors).toContain(word);
  });

  it('says what is thrown, and which interface a type is of', () => {
    expect(declarations).toContain(
      '/** @throws {DemoKitStore.Failure} */\n    get(id: DemoKitStore.Ident): Awaitable<DemoKitStore.Item>;',
    );
    expect(declarations).toContain('  export type Tint = DemoKitShapes.Color;');
  });

  it('has the types of WASI where they are used, and no others', async () => {
    const wit = `package a:b;
      interface log { use wasi:clocks/wall-clock@0.2.0.{datetime}; at: func(when: datetime); }
      world w { import log; import wasi:cli/exit@0.2.0; }
    `;
    const clocks =
      'package wasi:clocks@0.2.0 { interface wall-clock { record datetime { seconds: u64, nanoseconds: u32 } } }';
    const cli = 'package wasi:cli@0.2.0 { interface exit { exit: func(status: result); } }';
    const text = typeDeclarations(readWorld(await componentOf(`${wit}\n${clocks}\n${cli}`, 'w')));
    expect(text).toContain('at(when: ABLog.Datetime): Awaitable<void>;');
    expect(text).toContain('export type Datetime = { seconds: bigint; nanoseconds: number; };');
    expect(text).not.toContain('exit');
    expect(await compile(text, "import type { Imports } from './types.d.ts';\nexport type I = Imports;")).toBe('');
  });

  it('is not written for names that would be TypeScript', () => {
    const hostile = (name: string): WitWorld => ({
      imports: { owner: { name: null }, types: new Map(), functions: new Map(), interfaces: new Map() },
      exports: {
        owner: { name: null },
        types: new Map(),
        functions: new Map([[name, { params: [], result: null, isAsync: false }]]),
        interfaces: new Map(),
      },
    });
    expect(typeDeclarations(hostile('fine'))).toContain('fine(): void;');
    expect(typeDeclarations(hostile('fine'))).toContain('export type Imports = {};\n');
    for (const name of ['a(): 1; } declare global { var b', 'a*/', "a'", '', 'a\nb']) {
      expect(() => typeDeclarations(hostile(name))).toThrow('no word of WIT');
    }
  });
});
