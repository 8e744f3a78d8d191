/** Code goes to V8 with the bytes that it was made of, or not at all. */
import { expect, test } from 'vitest';
import { type GivenCode, keptCode } from '../../host/kept-code.ts';
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
  const code = native.serializeCode(optimizedModule(module, [0]));
  const file = memoryFile(Buffer.concat([native.digestBytes(module.bytes), code]));
  return { file, checkBytes };
}

function resultOf(module: WebAssembly.Module): number {
  return (new WebAssembly.Instance(module).exports as { f(): number }).f();
}

test.each([true, false])('of the same bytes it is taken (compared: %s)', async (checkBytes) => {
  const module = await prepared(1);
  const compiled = keptCode(native, codeOf(module, checkBytes)).compile(module);
  expect([compiled.isKept, resultOf(compiled.module)]).toEqual([true, 1]);
});

test('of other bytes it is not, where they are compared', async () => {
  const compiled = keptCode(native, codeOf(await prepared(1), true)).compile(await prepared(2));
  expect([compiled.isKept, resultOf(compiled.module)]).toEqual([false, 2]);
});

test('without code the module is compiled', async () => {
  const code = keptCode(native, null);
  const compiled = code.compile(await prepared(3));
  expect([compiled.isKept, resultOf(compiled.module)]).toEqual([false, 3]);
  expect(code.hotFunctions()).toEqual([]);
});

test('before anything is compiled nothing is hot', () => {
  expect(keptCode(native, null).hotFunctions()).toEqual([]);
});
