/** Whether bytes are a pack (host/component/pack.ts). They come from a process that worked on a hostile component. */
import { type PackHeader, type Place, packAlignment, packMagic } from '../../host/component/pack.ts';
import { WasmctrError } from '../errors.ts';

/** Attack: a header of a million modules. The tools take a thousand of them, toolchains make some ten. */
const maxModules = 1000;
const maxNames = 10_000;
/** As the tools themselves bound it. */
const maxNameLength = 100_000;

/** Throws a WasmctrError. What the pack's parts hold is for the container to find out. */
export function checkPack(pack: Buffer, file: string): void {
  try {
    readHeader(pack);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `can't transpile: ${file}: the tools made what is no pack: ${reason}`;
    throw new WasmctrError('internal', message, 'please report it', { cause: error });
  }
}

/** Throws whatever is wrong. */
export function readHeader(pack: Buffer): PackHeader {
  const start = packMagic.length + 4;
  if (pack.length < start || !pack.subarray(0, packMagic.length).equals(packMagic)) throw new Error('wrong magic');
  const blobs = start + pack.readUInt32LE(packMagic.length);
  if (blobs > pack.length) throw new Error('the header is cut off');
  const header = record(JSON.parse(pack.toString('utf8', start, blobs)));
  const place = (value: unknown): Place => readPlace(value, pack.length - blobs);
  const modules = Object.entries(record(header.modules));
  if (modules.length > maxModules) throw new Error('too many modules');
  return {
    glue: place(header.glue),
    codeCache: header.codeCache === null ? null : place(header.codeCache),
    types: place(header.types),
    modules: Object.fromEntries(modules.map(([name, value]) => [readText(name), place(value)])),
    imports: readNames(header.imports),
    exports: readNames(header.exports),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object');
  return value as Readonly<Record<string, unknown>>;
}

function readPlace(value: unknown, endBytes: number): Place {
  const [offset, length] = Array.isArray(value) && value.length === 2 ? value : [];
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) throw new Error('expected a place');
  if (offset < 0 || length < 0 || offset % packAlignment !== 0 || offset + length > endBytes) {
    throw new Error('a place lies outside');
  }
  return [offset, length];
}

function readNames(value: unknown): PackHeader['imports'] {
  if (!Array.isArray(value) || value.length > maxNames) throw new Error('expected names');
  return value.map((element: unknown) => {
    const { name, version } = record(element);
    return { name: readText(name), version: version === null ? null : readText(version) };
  });
}

function readText(value: unknown): string {
  if (typeof value !== 'string' || value.length > maxNameLength) throw new Error('expected a short text');
  return value;
}
