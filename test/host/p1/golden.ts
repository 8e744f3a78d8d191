/** Golden traces: what a scenario's calls print, compared with a kept file. UPDATE_GOLDEN=1 writes the files anew. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createGuest, type Guest, type GuestOptions, makeFolder } from './guest.ts';

const goldenDir = join(import.meta.dirname, '..', '..', 'golden', 'p1');

export type Scenario = (guest: Guest, folder: string) => void;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A tree with one of each kind, and every way out of it. */
export function plantTree(root: string): void {
  mkdirSync(join(root, 'dir'));
  writeFileSync(join(root, 'file'), 'hello, world\n');
  writeFileSync(join(root, 'dir', 'inner'), 'inside');
  symlinkSync('file', join(root, 'link'));
  symlinkSync('dir', join(root, 'dirlink'));
  symlinkSync('nowhere', join(root, 'dangling'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('..', join(root, 'up'));
  symlinkSync('/etc', join(root, 'absolute'));
  symlinkSync('/proc/self/root', join(root, 'magic'));
}

/** One guest with the tree as `/` (descriptor 3); its trace must be the golden one. */
export function golden(name: string, scenario: Scenario, options: GuestOptions = {}): void {
  test(name, async () => {
    const { path, remove } = makeFolder();
    cleanups.push(remove);
    plantTree(path);
    const guest = await createGuest({ dirs: [{ host: path, guest: '/' }], ...options });
    cleanups.push(() => guest.close());
    scenario(guest, path);
    expectGolden(name, guest.trace);
  });
}

export function expectGolden(name: string, trace: readonly string[]): void {
  const text = `${trace.join('\n')}\n`;
  const file = join(goldenDir, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}
