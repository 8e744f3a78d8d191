// The peer: a guest under Node's own node:wasi. `node node-wasi.mjs [--dir HOST::GUEST] MODULE ARGS`
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const args = process.argv.slice(2);
const preopens = {};
while (args[0] === '--dir') {
  const [host, guest] = args.splice(0, 2)[1].split('::');
  preopens[guest ?? host] = host;
}
const wasi = new WASI({ version: 'preview1', args, env: {}, preopens, returnOnExit: true });
const module = new WebAssembly.Module(readFileSync(args[0]));
process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
