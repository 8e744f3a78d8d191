// The languages of guests: where the sources are, and how one file becomes a module. Compilers are found when asked for.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentLanguages } from './components.mjs';
import { missing, run, versionOf } from './tool.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

export const languages = {
  as: { extensions: ['.ts'], shared: ['as/lib', '../asconfig.json', 'languages.mjs'], compiler: assemblyscript },
  wat: { extensions: ['.wat'], shared: ['languages.mjs'], compiler: wabt },
  c: { extensions: ['.c', '.cc'], shared: ['c/include', 'languages.mjs'], compiler: clang },
  go: { extensions: ['.go'], shared: ['languages.mjs'], compiler: go },
  rust: { extensions: ['.rs'], shared: ['languages.mjs'], compiler: rust },
  ...componentLanguages,
};

async function assemblyscript() {
  return {
    version: require('assemblyscript/package.json').version,
    parallel: false,
    async compile(source, target) {
      // Loaded only when a guest is stale: it takes a second.
      const { default: asc } = await import('assemblyscript/asc');
      // It finds the extended configuration only from its current folder, whatever --baseDir says.
      process.chdir(root);
      const { error, stderr } = await asc.main([
        inRoot(source),
        'guests/as/lib/realloc.ts',
        '--outFile',
        inRoot(target),
        '--target',
        'guest',
      ]);
      if (error) throw new Error(stderr.toString() || error.message);
    },
  };
}

/** The compiler reads absolute paths as relative ones. */
const inRoot = (path) => relative(root, path);

/** Proposals that the hand-written modules use, as wabt names them. */
const wabtFeatures = { exceptions: true, memory64: true, multi_value: true, bulk_memory: true, tail_call: true };

async function wabt() {
  return {
    version: require('wabt/package.json').version,
    parallel: false,
    async compile(source, target) {
      const api = await require('wabt')();
      const module = api.parseWat(basename(source), readFileSync(source, 'utf8'), wabtFeatures);
      try {
        writeFileSync(target, module.toBinary({ write_debug_names: true }).buffer);
      } finally {
        module.destroy();
      }
    },
  };
}

/** Where Debian puts wasi-libc; WASI_SYSROOT is wasi-sdk's own variable for the rest of the world. */
const sysroot = process.env.WASI_SYSROOT ?? '/usr';

async function clang() {
  const packages = 'apt-get install clang lld wasi-libc libclang-rt-14-dev-wasm32 libc++-14-dev-wasm32';
  const version = await versionOf('clang', ['--version'], packages);
  if (!existsSync(join(sysroot, 'lib/wasm32-wasi/libc.a'))) missing(`wasi-libc in ${sysroot}`, packages);
  // Names stay for backtraces, DWARF does not: wasi-libc's own would be nine tenths of each module.
  const flags = [
    '--target=wasm32-wasi',
    `--sysroot=${sysroot}`,
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-unused-result',
  ];
  // clang runs a wasm-opt that it finds, which takes the names away; npm puts binaryen's on the PATH of its scripts.
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const env = { ...process.env, PATH: path.join(':') };
  return {
    version,
    parallel: true,
    async compile(source, target) {
      const language = source.endsWith('.cc')
        ? ['-std=gnu++20', '-fno-exceptions', '-lc++', '-lc++abi']
        : ['-std=gnu17'];
      const include = `-I${join(dirname(source), 'include')}`;
      const args = [...flags, include, source, ...language, '-Wl,--strip-debug', '-o', target];
      await run(source.endsWith('.cc') ? 'clang++' : 'clang', args, { env });
    },
  };
}

async function go() {
  const version = await versionOf('go', ['version'], 'install Go 1.24 or newer from go.dev');
  const env = { ...process.env, GOOS: 'wasip1', GOARCH: 'wasm', GO111MODULE: 'off' };
  return {
    version,
    parallel: false,
    compile(source, target) {
      // Exports make a library, which Go builds in another mode.
      const mode = readFileSync(source, 'utf8').includes('//go:wasmexport') ? ['-buildmode=c-shared'] : [];
      return run('go', ['build', ...mode, '-o', target, source], { env, cwd: dirname(source) });
    },
  };
}

async function rust() {
  const hint = 'rustup target add wasm32-wasip1';
  const version = await versionOf('rustc', ['--version'], hint);
  const { stdout: libraries } = await run('rustc', ['--target', 'wasm32-wasip1', '--print', 'target-libdir']);
  if (!existsSync(libraries.trim())) missing('the standard library of wasm32-wasip1', hint);
  return {
    version,
    parallel: false,
    compile: (source, target) =>
      run('rustc', ['--edition=2021', '--target=wasm32-wasip1', '-O', '-Cstrip=debuginfo', source, '-o', target]),
  };
}
