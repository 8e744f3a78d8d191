/** Writes V8's record of a run of a module with three functions to stdout: see hot-functions.test.ts. */
import { writeSync } from 'node:fs';
import { loadNative } from '../../native/load.ts';
import { wat } from './run-bytes.ts';

const imported = Number(process.argv[2]);
const loop = (name: string) => `(func (export "${name}") (param $n i32)
  (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`;
const imports = Array.from({ length: imported }, (_, i) => `(import "m" "f${i}" (func))`);
const bytes = await wat(`(module ${imports.join(' ')} ${loop('long')} ${loop('short')} ${loop('never')})`);
const module = new WebAssembly.Module(new Uint8Array(bytes));
const functions = Object.fromEntries(imports.map((_, i) => [`f${i}`, () => {}]));
const { exports } = new WebAssembly.Instance(module, { m: functions });
const call = (name: string, n: number): void => (exports[name] as (n: number) => void)(n);
call('long', 20_000_000);
call('long', 2);
call('short', 10_000);
writeSync(1, loadNative().serializeCode(module));
