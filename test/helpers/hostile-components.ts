/** Components that are written to be hard on whoever reads them. Section and type numbers: the component model's Binary.md. */

const header = Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
const coreModule = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const sections = { coreModule: 1, coreInstance: 2, component: 4, type: 7, import: 10 } as const;

type Part = Uint8Array | readonly number[];

const join = (...parts: readonly Part[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

function leb(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}

const section = (id: number, body: Part): Buffer => join([id], leb(body.length), body);
const vector = (elements: readonly Part[]): Buffer => join(leb(elements.length), ...elements);
const name = (text: string): Buffer => join(leb(text.length), Buffer.from(text));
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const u8 = 0x7d;
const functionOf = (type: number): Part => [0x40, 1, 1, 0x61, ...leb(type), 0x01, 0x00];
const importFunction = (text: string, type: number): Part => join([0], name(text), [1], leb(type));

/** Each type is a pair of the one before: 2^n fields when they are written out. */
function doubling(count: number): Buffer {
  const pairs = times(count, (i): Part => [0x6f, 2, ...(i === 0 ? [u8, u8] : [...leb(i - 1), ...leb(i - 1)])]);
  const types = section(sections.type, vector([...pairs, functionOf(count - 1)]));
  return join(header, types, section(sections.import, vector([importFunction('f', count)])));
}

function nested(depth: number): Buffer {
  let bytes: Buffer = header;
  for (let i = 0; i < depth; i++) bytes = join(header, section(sections.component, bytes));
  return bytes;
}

export function manyImports(count: number): Buffer {
  const type = section(sections.type, vector([[0x40, 0, 0x01, 0x00]]));
  return join(header, type, section(sections.import, vector(times(count, (i) => importFunction(`f${i}`, 0)))));
}

function manyInstances(count: number): Buffer {
  const instances = times(count, (i): Part => [0, ...leb(i), 0]);
  const modules = times(count, () => section(sections.coreModule, coreModule));
  return join(header, ...modules, section(sections.coreInstance, vector(instances)));
}

/** A core function under this name, on its way from one instance to another. */
function naming(text: string): Buffer {
  const nothing = [1, 4, 1, 0x60, 0, 0];
  const exporting = join(
    coreModule,
    nothing,
    [3, 2, 1, 0],
    section(7, join([1], name(text), [0, 0])),
    [10, 4, 1, 2, 0, 0x0b],
  );
  const importing = join(coreModule, nothing, section(2, join([1], name(text), name(text), [0, 0])));
  const instances = [[0, 0, 0], join([1, 1], name(text), [0, 0]), join([0, 1, 1], name(text), [0x12, 1])];
  const alias = section(6, join([1, 0, 0, 1, 0], name(text)));
  return join(
    header,
    section(sections.coreModule, exporting),
    section(sections.coreModule, importing),
    section(sections.coreInstance, vector(instances.slice(0, 1))),
    alias,
    section(sections.coreInstance, vector(instances.slice(1))),
  );
}

function importing(interfaceName: string): Buffer {
  const imported = join([0], name(interfaceName), [5, 0]);
  return join(header, section(sections.type, vector([[0x42, 0]])), section(sections.import, vector([imported])));
}

/** What it is → its bytes, and what the command says about it. */
export const hostileComponents: readonly (readonly [what: string, bytes: Buffer, says: RegExp])[] = [
  ['a header alone', header, /exports no wasi:cli\/run, so it is no program; it exports nothing\n$/],
  ['a section that is cut off', join(header, [7, 10, 1]), /is damaged at offset 0xa/],
  ['a section of 4 GiB', join(header, [7], leb(0xfffffff0)), /is damaged at offset 0xe/],
  ['a list of 2^32 types', join(header, section(7, leb(0xffffffff))), /types count exceeds limit/],
  ['an unknown section', join(header, section(99, [1, 2, 3])), /is not a valid component/],
  ['types of 2^40 fields', doubling(40), /type size exceeds the limit/],
  ['types of 2^16 fields', doubling(16), /nothing provides f/],
  ['5000 components inside each other', nested(5000), /nested too deep/],
  ['3000 imports', manyImports(3000), /nothing provides f0/],
  ['800 core instances', manyInstances(800), /exports no wasi:cli\/run/],
  ['a name that is JavaScript', naming("x': (globalThis.done = 1), 'y"), /has a name with quotes/],
  ['a name that is a template', naming('\u0024{globalThis.done = 1}'), /has a name with quotes/],
  ['a name of two lines', naming('a\nb'), /has a name with quotes/],
  ['a plain name', naming('a-b_c.d $e'), /exports no wasi:cli\/run/],
  ['an import of WASI 0.3', importing('wasi:cli/stdin@0.3.0'), /WASI 0\.3 does not run so far/],
];
