/** Code goes to V8 with the bytes that it was made of, or not at all. */
import { expect, test } from 'vitest';
import { type GivenCode, keptCode, keptFrame } from '../../host/kept-code.ts';
import { type PreparedModule, prepareModule } from '../../host/load.ts';
import { readFile } from '../../host/read-file.ts';
import { loadNative } from '../../native/load.ts';
import { optimizedModule } from '../../runtime/kept-code/optimize.ts';
import { memoryFile, wat } from './run-bytes.ts';

const native = loadNative();

async function prepared(result: number): Promise<PreparedModule> {
  const bytes = await wat(`(module (func (export "f") (result i32) (i32.const ${result})))`);
  const options = { memoryLimitBytes: 1 << 20, calledExports: new Set<string>() };
  return prepareModule(readFile(memoryFile(bytes), 128), options);
}

/** As runtime/kept-code/tool-container.ts writes it. */
function codeOf(module: PreparedModule, checkBytes: boolean): GivenCode {
  const code = native.serializeCode(optimizedModule({ bytes: module.bytes, imported: 0 }, [0]));
  return { file: memoryFile(keptFrame(native.digestBytes(module.bytes), code)), checkBytes };
}

function resultOf(module: WebAssembly.Module): number {
  return (new WebAssembly.Instance(module).exports as { f(): number }).f();
}

test.each([true, false])('of the same bytes it is taken (compared: %s)', async (checkBytes) => {
  const module = await prepared(1);
  const compiled = keptCode(native, codeOf(module, checkBytes)).compile(module.bytes);
  expect([compiled.isKept, resultOf(compiled.module)]).toEqual([true, 1]);
});

test('of other bytes it is not, where they are compared', async () => {
  const compiled = keptCode(native, codeOf(await prepared(1), true)).compile((await prepared(2)).bytes);
  expect([compiled.isKept, resultOf(compiled.module)]).toEqual([false, 2]);
});

test('without code the module is compiled', async () => {
  const code = keptCode(native, null);
  const compiled = code.compile((await prepared(3)).bytes);
  expect([compiled.isKept, resultOf(compiled.module)]).toEqual([false, 3]);
  expect(code.hotFunctions()).toEqual([]);
});

test('of several modules each gets its own, and one may have none', async () => {
  // The engine shares what it has of the same bytes: none that another test compiles.
  const modules = [await prepared(11), await prepared(12), await prepared(13)];
  const frames = modules.map(({ bytes }, i) => {
    const code = i === 1 ? new Uint8Array(0) : native.serializeCode(optimizedModule({ bytes, imported: 0 }, [0]));
    return keptFrame(native.digestBytes(bytes), code);
  });
  const kept = keptCode(native, { file: memoryFile(Buffer.concat(frames)), checkBytes: true });
  const compiled = modules.map(({ bytes }) => kept.compile(bytes));
  expect(compiled.map(({ module, isKept }) => [resultOf(module), isKept])).toEqual([
    [11, true],
    [12, false],
    [13, true],
  ]);
  // What is numbered on, behind the one function of each module before.
  expect(kept.hotFunctions()).toEqual([0, 2]);
});

test('of a module that imports a memory nothing is hot, and what comes after it is numbered on', async () => {
  const importing = await wat('(module (import "m" "x" (memory 1)) (func (export "f")) (func (export "g")))');
  const hot = await prepared(21);
  const code = native.serializeCode(optimizedModule({ bytes: hot.bytes, imported: 0 }, [0]));
  const frames = [keptFrame(new Uint8Array(32), new Uint8Array(0)), keptFrame(native.digestBytes(hot.bytes), code)];
  const kept = keptCode(native, { file: memoryFile(Buffer.concat(frames)), checkBytes: true });
  kept.compile(new Uint8Array(importing));
  kept.compile(hot.bytes);
  expect(kept.hotFunctions()).toEqual([2]);
});

test.each([0, 3, 35, 40])('code that ends after %d bytes is none', async (length) => {
  const module = await prepared(1);
  const { file } = codeOf(module, true);
  const cut = { ...file, sizeBytes: length };
  expect(keptCode(native, { file: cut, checkBytes: true }).compile(module.bytes).isKept).toBe(false);
});

test('before anything is compiled nothing is hot', () => {
  expect(keptCode(native, null).hotFunctions()).toEqual([]);
});
