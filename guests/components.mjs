// The languages of guests that are WASI 0.2 components, as languages.mjs has those of modules.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, run, versionOf } from './tool.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const wit = join(here, '../host/p2/wit');
const shared = ['components.mjs'];
const adapted = (from) => ({ from, extensions: ['.wasm'], shared, compiler: adapter });

export const componentLanguages = {
  'wat-p2': { extensions: ['.wat'], shared: [...shared, 'wat-p2/lib'], compiler: componentText },
  'c-p2': adapted('c'),
  'as-p2': adapted('as'),
  'rust-p2': { extensions: ['.rs'], shared: [...shared, 'tools/bindings', 'rust', 'wit'], compiler: rust },
  js: { extensions: ['.js'], shared: [...shared, 'tools/package-lock.json', 'wit'], compiler: javascript },
  py: { extensions: ['.py'], shared: [...shared, 'tools/requirements.txt', 'wit'], compiler: python },
};

/** jco's commands and componentize-js, in a folder of their own: nobody who only uses wasmctr should download them. */
export async function npmTools() {
  const source = join(here, 'tools');
  const files = ['package.json', 'package-lock.json'];
  const folder = folderFor('npm', ...files.map((name) => join(source, name)));
  await makeOnce(folder, async (partial) => {
    for (const name of files) cpSync(join(source, name), join(partial, name));
    // Not `ci`, which wants a line for each platform's optional package, also for those that a registry does not have.
    await run('npm', ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'], { cwd: partial });
  });
  return join(folder, 'node_modules');
}

/** The text of components, which wabt does not read. What is only a core module gets imports and exports around it. */
async function componentText() {
  const { parse } = await wasmTools();
  const [before, after] = ['before', 'after'].map((part) => readFileSync(join(here, 'wat-p2/lib', `${part}.wat`)));
  const whole = (text) => (/^\(component/m.test(text) ? text : `${before}\n${text}\n${after}`);
  return {
    version: versionOfPackage(import.meta.resolve('@bytecodealliance/jco-transpile')),
    parallel: false,
    compile: async (source, target) => writeFileSync(target, await parse(whole(readFileSync(source, 'utf8')))),
  };
}

const wasmTools = () => import('@bytecodealliance/jco-transpile/wasm-tools');

/** Modules of WASI 0.1 behind the adapter that other runtimes use. */
async function adapter() {
  const { componentNew } = await wasmTools();
  const command = readFileSync(join(await npmTools(), '@bytecodealliance/jco/lib/wasi_snapshot_preview1.command.wasm'));
  return {
    version: digest(command),
    parallel: false,
    async compile(source, target) {
      writeFileSync(target, await componentNew(readFileSync(source), [['wasi_snapshot_preview1', command]]));
    },
  };
}

async function rust() {
  const hint = 'rustup target add wasm32-wasip2';
  const version = await versionOf('rustc', ['--version'], hint);
  const { stdout: libraries } = await run('rustc', ['--target', 'wasm32-wasip2', '--print', 'target-libdir']);
  if (!existsSync(libraries.trim())) missing('the standard library of wasm32-wasip2', hint);
  const bindings = join(here, 'tools/bindings');
  const built = folderFor('rust', ...readdirSync(bindings).map((name) => join(bindings, name)));
  await makeOnce(built, (partial) => buildBindings(bindings, partial));
  const libs = ['--extern', `wasi=${built}/libwasi.rlib`, '-L', `dependency=${built}/deps`];
  const flags = ['--edition=2021', '--target=wasm32-wasip2', '-O', '-Cstrip=debuginfo', ...libs];
  return {
    version,
    parallel: true,
    async compile(source, target) {
      const rustc = (from, to) => run('rustc', [...flags, ...worldOf(from), from, '-o', to]);
      await rustc(source, target);
      const [, provider] = /^\/\/ with: (\S+)$/m.exec(readFileSync(source, 'utf8')) ?? [];
      if (provider === undefined) return;
      const other = `${target}.provider`;
      await rustc(join(dirname(source), `${provider}.rs`), other);
      writeFileSync(target, await compose(readFileSync(target), readFileSync(other)));
      rmSync(other);
    },
  };
}

/**
 * One component of two side by side: what the first imports beside WASI comes from the second, which imports nothing.
 * The text of both is enough: imports stand at the beginning, under names.
 */
async function compose(consumer, provider) {
  const { parse, print } = await wasmTools();
  const text = await print(consumer);
  const nested = (part, name) => part.replace(/^\(component( \S+)?/, `(component $${name}`);
  const head = text.slice(0, text.search(/^ {2}\(core module/m));
  const imports = [...head.matchAll(/^ {2}\(import "([^"]+)" \(instance (\$\S+)/gm)];
  const provided = head.replace(/^ {2}\(import "(?!wasi:)([^"]+)" \(instance (\$\S+).*$/m, (_, name, id) => {
    return `(instance $provided (instantiate $provider))\n(alias export $provided "${name}" (instance ${id}))`;
  });
  const [, entry] = /^ {2}\(export .*?"(wasi:cli\/run@[^"]+)"/m.exec(text) ?? [];
  return parse(
    [
      '(component',
      nested(await print(provider), 'provider'),
      provided.slice(provided.indexOf('\n')),
      nested(text, 'consumer'),
      '(instance $consumed (instantiate $consumer',
      ...imports.map(([, name, id]) => `(with "${name}" (instance ${id}))`),
      `))\n(export "${entry}" (instance $consumed "${entry}")))`,
    ].join('\n'),
  );
}

async function buildBindings(source, target) {
  const args = ['build', '--locked', '--release', '--target', 'wasm32-wasip2', '--target-dir', join(target, 'work')];
  await run('cargo', args, { cwd: source });
  const made = join(target, 'work/wasm32-wasip2/release');
  renameSync(join(made, 'libwasi.rlib'), join(target, 'libwasi.rlib'));
  renameSync(join(made, 'deps'), join(target, 'deps'));
  rmSync(join(target, 'work'), { recursive: true });
}

/** A guest that imports or exports more than WASI has its world in guests/wit, and is a library unless it has a main. */
function worldOf(source) {
  const file = join(here, 'wit', `${basename(source, '.rs')}.wit`);
  if (!existsSync(file)) return [];
  const kind = /^fn main\(/m.test(readFileSync(source, 'utf8')) ? [] : ['--crate-type=cdylib'];
  return [...kind, `-Clink-arg=--component-type=${file}`];
}

async function javascript() {
  const tools = await npmTools();
  const main = join(tools, '@bytecodealliance/componentize-js/src/componentize.js');
  return {
    version: versionOfPackage(main),
    parallel: true,
    async compile(source, target) {
      const { componentize } = await import(main);
      const options = { witWorld: worlds(), worldName: worldName(source), sourceName: basename(source) };
      const { component } = await componentize(readFileSync(source, 'utf8'), options);
      writeFileSync(target, component);
    },
  };
}

async function python() {
  const version = await versionOf('python3', ['--version'], 'apt-get install python3 python3-pip');
  const requirements = join(here, 'tools/requirements.txt');
  const folder = folderFor('py', requirements);
  await makeOnce(folder, (partial) =>
    run('python3', ['-m', 'pip', 'install', '-q', '--require-hashes', '-r', requirements, '--target', partial]),
  );
  const env = { ...process.env, PYTHONPATH: folder };
  return {
    version,
    parallel: true,
    async compile(source, target) {
      const program = 'import sys, componentize_py; sys.exit(componentize_py.script())';
      const world = ['-d', witFile(), '-w', worldName(source)];
      const app = ['componentize', '-p', dirname(source), basename(source, '.py'), '-o', target];
      await run('python3', ['-c', program, ...world, ...app], { env });
    },
  };
}

/** The comment in the first lines of a source that names its world in guests/wit; most are commands. */
function worldName(source) {
  return /\bworld: ([a-z-]+)/.exec(readFileSync(source, 'utf8'))?.[1] ?? 'command';
}

/** Our worlds and the whole of WASI in one text, which is what both compilers read. */
function worlds() {
  const nested = readdirSync(wit)
    .filter((name) => name.endsWith('.wit'))
    .map((name) => readFileSync(join(wit, name), 'utf8').replace(/^(package [^;]+);([\s\S]*)$/, '$1 {$2}\n'));
  return [readFileSync(join(here, 'wit/guest.wit'), 'utf8'), ...nested].join('\n');
}

function witFile() {
  const text = worlds();
  const file = join(here, 'build/tools', `guest-${digest(text)}.wit`);
  writeFileSync(`${file}.${process.pid}.tmp`, text);
  renameSync(`${file}.${process.pid}.tmp`, file);
  return file;
}

/** Named by what it is made from: another version is another folder. */
const folderFor = (name, ...files) =>
  join(here, 'build/tools', `${name}-${digest(...files.map((file) => readFileSync(file)))}`);

/** Made beside and renamed: several test runs may install at once, and none may use half of it. */
async function makeOnce(folder, make) {
  if (existsSync(folder)) return;
  const partial = `${folder}.${process.pid}.tmp`;
  mkdirSync(partial, { recursive: true });
  try {
    await make(partial);
  } catch (error) {
    rmSync(partial, { recursive: true });
    const said = `${error.stderr ?? ''}`.trim() || error.message;
    throw Object.assign(new Error(`guests: can't install ${basename(folder)}:\n${said}`), { code: 'NO_TOOL' });
  }
  try {
    renameSync(partial, folder);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    rmSync(partial, { recursive: true });
  }
}

function versionOfPackage(file) {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const folder = path.slice(0, path.lastIndexOf('@bytecodealliance/'));
  const name = path.slice(folder.length).split('/').slice(0, 2).join('/');
  return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version;
}

function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}
