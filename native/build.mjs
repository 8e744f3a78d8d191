// Builds what is native: `node native/build.mjs [launcher|addon|test-addon|sanitize]…`, by default launcher and addon.
// Plain JavaScript without dependencies: npm runs it with whatever Node the user has, before anything else is built.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const buildDir = join(root, 'native', 'build');
const require = createRequire(import.meta.url);
const run = promisify(execFile);

const warnings = ['-Wall', '-Wextra', '-Werror'];
const cxxFlags = ['-std=c++20', '-O2', '-g1', '-fno-omit-frame-pointer', '-fPIC', '-fvisibility=hidden', ...warnings];

/**
 * No C library: its start costs more than the rest of the launcher. Below Node, which is linked at 4 MiB, so that a frozen
 * Node finds its addresses free.
 */
const launcherFlags = [
  ...['-D_GNU_SOURCE', '-O2', '-ffreestanding', '-fno-builtin', '-fno-stack-protector', '-fno-pie'],
  ...['-static', '-nostdlib', '-s', '-no-pie', '-Wl,-Ttext-segment=0x100000,--build-id=none,-z,noseparate-code'],
];

function nodeHeaders() {
  try {
    return join(dirname(require.resolve(`node-linux-${process.arch}/package.json`)), 'include', 'node');
  } catch {
    throw new Error(`no Node binary for ${process.platform}-${process.arch}: x64 and arm64 Linux are supported`);
  }
}

function sources(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.cc'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function headerDigest(dirs) {
  const hash = createHash('sha256');
  for (const dir of dirs.map((name) => join(root, 'native', name))) {
    for (const entry of readdirSync(dir, { recursive: true }).sort()) {
      if (entry.endsWith('.h')) hash.update(readFileSync(join(dir, entry)));
    }
  }
  return hash.digest('hex');
}

/** Compiles one file unless an object of the same source, headers and command is there already. */
async function compileObject(source, flags, objectDir, headers) {
  const digest = createHash('sha256')
    .update(readFileSync(source))
    .update(headers)
    .update(flags.join(' '))
    .digest('hex');
  const object = join(
    objectDir,
    `${relative(join(root, 'native', 'src'), source).replaceAll('/', '-')}.${digest.slice(0, 16)}.o`,
  );
  if (existsSync(object)) return object;
  const partial = `${object}.${process.pid}.tmp`;
  await run('c++', [...flags, '-c', source, '-o', partial], { cwd: root });
  renameSync(partial, object);
  return object;
}

async function mapParallel(items, width, work) {
  const results = [];
  let next = 0;
  const lanes = Array.from({ length: width }, async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]);
  });
  await Promise.all(lanes);
  return results;
}

async function link(output, args) {
  const partial = `${output}.${process.pid}.tmp`;
  await run('c++', [...args, '-o', partial], { cwd: root });
  renameSync(partial, output);
}

function compileAll(files, flags, headerDirs) {
  const objectDir = join(buildDir, 'objects');
  mkdirSync(objectDir, { recursive: true });
  const headers = headerDigest(headerDirs);
  return mapParallel(files, availableParallelism(), (file) => compileObject(file, flags, objectDir, headers));
}

async function buildAddon(name, defines) {
  const include = require('node-addon-api').include_dir ?? dirname(require.resolve('node-addon-api/napi.h'));
  const flags = [...cxxFlags, '-DNAPI_VERSION=9', '-DNODE_ADDON_API_CPP_EXCEPTIONS', ...defines];
  flags.push('-isystem', nodeHeaders(), '-isystem', include, '-I', 'native/src');
  const objects = await compileAll(sources(join(root, 'native', 'src')), flags, ['src']);
  await link(join(buildDir, name), ['-shared', '-Wl,-z,relro,-z,now', ...objects]);
}

const targets = {
  async launcher() {
    mkdirSync(join(root, 'bin'), { recursive: true });
    const folder = join(root, 'native', 'launcher');
    const files = readdirSync(folder).filter((name) => name.endsWith('.c'));
    const flags = [...launcherFlags, ...warnings, ...files.sort().map((name) => join(folder, name))];
    const partial = join(root, 'bin', `.wasmctr.${process.pid}`);
    await run('cc', [...flags, '-o', partial], { cwd: root });
    renameSync(partial, join(root, 'bin', 'wasmctr'));
  },
  addon: () => buildAddon('wasmctr.node', []),
  // The same addon, plus calls that only attack and condition tests may make. Never published.
  'test-addon': () => buildAddon('wasmctr-test.node', ['-DWASMCTR_TEST_HOOKS']),
  // The plain C++ parts under AddressSanitizer and UndefinedBehaviorSanitizer, as a program that tests itself.
  async sanitize() {
    const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const flags = ['-std=c++20', '-O1', '-g', ...warnings, ...sanitizers];
    const objects = await compileAll(sanitizedSources(), flags, ['src', 'test']);
    await link(join(buildDir, 'sanitized-tests'), [...sanitizers, ...objects]);
  },
};

function sanitizedSources() {
  const names = JSON.parse(readFileSync(join(root, 'native', 'test', 'sources.json'), 'utf8'));
  return names.map((name) => join(root, name));
}

function explain(error) {
  if (error.code === 'ENOENT') return `no C/C++ compiler (${error.path}): install one, e.g. apt-get install g++`;
  return error.stderr ? `${error.cmd}\n${error.stderr}` : error.message;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : ['launcher', 'addon'];
try {
  for (const name of names) {
    const build = targets[name];
    if (!build) throw new Error(`unknown target ${name}: expected ${Object.keys(targets).join(', ')}`);
    await build();
  }
} catch (error) {
  console.error(`wasmctr: native build failed: ${explain(error)}`);
  process.exit(1);
}
