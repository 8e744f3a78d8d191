/** What the machine starts from: an initramfs with the disk's driver, and a disk with Node, wasmctr and the tests. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { cpio, directory, executable } from './cpio.ts';
import type { Kernel } from './kernel.ts';

const root = join(import.meta.dirname, '../..');

export interface Image {
  initramfs: string;
  disk: string;
}

export async function buildImage(work: string, kernel: Kernel): Promise<Image> {
  const init = join(work, 'init');
  const staging = join(work, 'root');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  compile('init.c', init);
  writeFileSync(join(work, 'initramfs.cpio'), initramfs(readFileSync(init), kernel.modules));
  await stage(staging, init);
  const disk = join(work, 'disk.img');
  rmSync(disk, { force: true });
  // The ids of the files are ours, and we are root as the machine is.
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', staging, disk, '600M'], { stdio: 'pipe' });
  return { initramfs: join(work, 'initramfs.cpio'), disk };
}

function initramfs(init: Uint8Array, modules: readonly string[]): Buffer {
  const files = modules.map((file, index) => executable(`modules/${index}.ko`, readFileSync(file)));
  return cpio([directory('dev'), directory('modules'), ...files, executable('init', init)]);
}

async function stage(staging: string, init: string): Promise<void> {
  for (const name of ['dev', 'proc', 'sys', 'tmp', 'run', 'vm', 'bin', 'etc']) mkdirSync(join(staging, name));
  cpSync(init, join(staging, 'init'));
  writeFileSync(join(staging, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n');
  compile('../suites/cgroup-child.c', join(staging, 'vm/cgroup-child'));
  writeFileSync(join(staging, 'vm/disk-file'), Buffer.alloc(4 * 1024 * 1024, 1));
  chmodSync(join(staging, 'vm/disk-file'), 0o666);
  copyProgram(process.execPath, join(staging, 'usr/bin/node'), staging);
  copyProgram('/bin/mount', join(staging, 'bin/mount'), staging);
  copyProgram('/usr/bin/setpriv', join(staging, 'bin/setpriv'), staging);
  copyProgram('/usr/bin/strace', join(staging, 'bin/strace'), staging);
  copyProgram('/bin/dash', join(staging, 'bin/sh'), staging);
  await bundle(join(staging, 'vm'));
  stageWasmctr(join(staging, 'wasmctr'));
}

function compile(source: string, output: string): void {
  execFileSync('cc', ['-O1', '-static', '-Wall', '-Werror', '-o', output, join(import.meta.dirname, source)]);
}

/** With the shared libraries that the loader would find for it. */
function copyProgram(program: string, to: string, staging: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(program, to);
  chmodSync(to, 0o755);
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(?:=> |^\s+)(\/\S+)/gm);
  for (const [, library = ''] of libraries) {
    mkdirSync(dirname(join(staging, library)), { recursive: true });
    copyFileSync(library, join(staging, library));
    chmodSync(join(staging, library), 0o755);
  }
}

/** Types are stripped here: under emulation Node would take seconds for it. */
async function bundle(outdir: string): Promise<void> {
  await build({
    entryPoints: {
      main: join(import.meta.dirname, 'inside/main.ts'),
      refusal: join(import.meta.dirname, 'inside/refusal.ts'),
      suite: join(import.meta.dirname, 'inside/suite.ts'),
      'cgroup-abandon': join(root, 'test/suites/cgroup-abandon.ts'),
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node26',
    logLevel: 'warning',
  });
}

/** The package as npm would install it, with the Node that is on the disk already. */
function stageWasmctr(to: string): void {
  for (const part of ['bin', 'dist', 'native/build/wasmctr.node', 'package.json', 'guests/build']) {
    if (existsSync(join(root, part))) cpSync(join(root, part), join(to, part), { recursive: true });
  }
  const node = join(to, 'node_modules', `node-linux-${process.arch}`, 'bin');
  mkdirSync(node, { recursive: true });
  execFileSync('ln', ['-s', '/usr/bin/node', join(node, 'node')]);
}
