/** `node … guest-process.cjs all|no-filter|none MODULE FOLDER ARGS…`: one guest of a warm template; FOLDER is its /data. */
import { loadNative } from '../native/load.ts';
import { specOf } from '../test/helpers/fork-template.ts';
import { Bench } from './container.ts';

const [, , layers = '', module = '', folder = '', ...args] = process.argv;

async function main(): Promise<void> {
  const native = loadNative();
  const dir = folder === '' ? [] : [`${folder}::/data`];
  const bench = await Bench.open(native, specOf(module, { args, dir }));
  const { full, none } = bench;
  const sandboxes = { all: full, none, 'no-filter': { ...full, plan: { ...full.plan, seccomp: new Uint8Array() } } };
  const { outcome } = bench.run(sandboxes[layers as keyof typeof sandboxes]);
  if (!JSON.stringify(outcome).includes('"code":0')) throw new Error(JSON.stringify(outcome));
  await bench.close();
  native.exitNow(0);
}

void main();
