/** A guest with a planted folder for each test. */
import { afterEach } from 'vitest';
import { plantTree } from '../p1/golden.ts';
import { FilesystemGuest } from './filesystem.ts';
import { type GuestOptions, makeFolder } from './guest.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

export interface Planted {
  guest: FilesystemGuest;
  folder: string;
}

/** `plantTree`'s folder as `/`. */
export function planted({ readOnly = false, ...options }: GuestOptions & { readOnly?: boolean } = {}): Planted {
  const { path, remove } = makeFolder();
  cleanups.push(remove);
  plantTree(path);
  const guest = new FilesystemGuest({ dirs: [{ host: path, guest: '/', readOnly }], ...options });
  cleanups.push(() => guest.close());
  return { guest, folder: path };
}
