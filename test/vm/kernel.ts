/** Debian's cloud kernel, downloaded once by apt and unpacked, not installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Kernel {
  image: string;
  /** Drivers of the disk, in the order of loading. */
  modules: readonly string[];
}

const drivers = ['virtio_ring', 'virtio', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci', 'virtio_blk'];

export function findKernel(cache: string): Kernel {
  const dir = join(cache, 'kernel');
  if (!existsSync(dir)) download(cache, dir);
  const [image] = globSync('boot/vmlinuz-*', { cwd: dir });
  if (image === undefined) throw new Error(`no kernel in ${dir}`);
  return { image: join(dir, image), modules: drivers.map((name) => moduleFile(dir, name)) };
}

function download(cache: string, dir: string): void {
  const partial = `${dir}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // The package of that name is empty and depends on the current version.
  const depends = execFileSync('apt-cache', ['depends', 'linux-image-cloud-amd64'], { encoding: 'utf8' });
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error('apt knows no linux-image-cloud-amd64: run apt-get update');
  execFileSync('apt-get', ['download', '-o', 'APT::Sandbox::User=root', name], { cwd: partial, stdio: 'pipe' });
  for (const file of readdirSync(partial)) {
    execFileSync('dpkg', ['-x', file, '.'], { cwd: partial });
    rmSync(join(partial, file));
    break;
  }
  mkdirSync(cache, { recursive: true });
  renameSync(partial, dir);
}

function moduleFile(dir: string, name: string): string {
  const [file] = globSync(`lib/modules/*/kernel/drivers/**/${name}.ko`, { cwd: dir });
  if (file === undefined) throw new Error(`the kernel in ${dir} has no module ${name}`);
  return join(dir, file);
}
