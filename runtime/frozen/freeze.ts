/**
 * Makes an image of a warm process (mode `freeze` of entry.ts), in a process of its own that has no caller: no arguments,
 * no environment, no descriptors but its three (native/launcher/refreeze.c).
 */
import {
  closeSync,
  ftruncateSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { type EarlyFork, emptyTold, type Told } from '../../native/freeze.ts';
import type { Native } from '../../native/native.ts';
import { warmEngine } from '../start.ts';
import type { Rehearsal } from '../warm.ts';
import { removeUnused } from './images.ts';
import { resetMathRandom } from './random.ts';
import { copyText } from './text-copy.ts';

export interface FreezeOrders {
  /** The folder of images. */
  folderFd: number;
  identityFd: number;
  /** Locked as long as this process lives; holds the reason when the last attempt failed. */
  lockFd: number;
  /** The link that the launcher follows: `FILE@SEAL`. */
  name: string;
}

export function freezeOrders(args: readonly string[]): FreezeOrders {
  const [folderFd, identityFd, lockFd, name = ''] = args;
  return { folderFd: Number(folderFd), identityFd: Number(identityFd), lockFd: Number(lockFd), name };
}

export interface Rehearsed {
  bundle: string;
  early: EarlyFork | null;
  /** Longer than any timer that a rehearsal sets and clears. */
  settleMs: number;
  /** What the supervisor and the container do in a run. */
  rehearsals: readonly [Rehearsal, Rehearsal];
  /** What only some runs do. */
  warmUp: () => Promise<void>;
  /** Of what rehearsals needed on disk. */
  cleanUp: () => void;
}

/** Where rehearsals may have files; what a killed process leaves there goes with its image. */
export function rehearsalFolder(orders: FreezeOrders): string {
  return `${imagesOf(orders)}/${orders.name}.rehearsal-${process.pid.toString(16)}`;
}

function imagesOf({ folderFd }: FreezeOrders): string {
  return `/proc/self/fd/${folderFd}`;
}

/**
 * V8 keeps what it has learned about types after a few calls, and compiles what is called more. What it knows of objects it
 * forgets with the last of them, in the collection between the two; each round after that leaves memories of guests mapped.
 */
const rounds = { before: [0, 1, 2, 3, 4, 5, 6, 7], after: [1, 2] } as const;

/** Once null, when the image is there or can't be; and in each process that is restored from it, what that is told. */
export async function freezeWarm(
  native: Native,
  orders: FreezeOrders,
  { bundle, early, settleMs, rehearsals, warmUp, cleanUp }: Rehearsed,
): Promise<Told | null> {
  const files = [bundle, join(dirname(bundle), 'cli.cjs')];
  try {
    // Machine code of WebAssembly is to lie where V8 wishes, and nothing else.
    native.openFence();
    warmEngine();
    native.closeFence(native.wasmCodeRange());
    // What is called a few times only is to know its types, too.
    setFlagsFromString('--no-lazy-feedback-allocation');
    const rehearseAll = async (chosen: readonly number[]): Promise<void> => {
      for (const round of chosen) {
        for (const rehearse of rehearsals) await rehearse(round);
        await warmUp();
      }
    };
    await rehearseAll(rounds.before);
    native.collectGarbage(1);
    await rehearseAll(rounds.after);
    setFlagsFromString('--lazy-feedback-allocation');
    cleanUp();
    // Node keeps in mind when its next timer is due, though that was cleared: one that is later would never be set in a
    // restored process. When this one is over, none is.
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    // In a phase of the event loop that doesn't hold on to what a fork of it replaces.
    native.collectGarbage(0);
    native.collectGarbage(0);
    await new Promise((resolve) => setImmediate(resolve));
    const told = write(native, orders, files, early);
    if (told !== null) return told;
    ftruncateSync(orders.lockFd);
  } catch (error) {
    writeReason(orders.lockFd, error instanceof Error ? error.message : String(error));
    cleanUp();
  }
  return null;
}

function writeReason(lockFd: number, reason: string): void {
  ftruncateSync(lockFd);
  try {
    writeSync(lockFd, reason, 0);
  } catch {
    // The disk is full. A hole takes no room, and keeps the next start from trying again.
    ftruncateSync(lockFd, 1);
  }
}

function write(native: Native, orders: FreezeOrders, files: readonly string[], early: EarlyFork | null): Told | null {
  const { identityFd, name } = orders;
  const folder = imagesOf(orders);
  const file = `${name}.${process.pid.toString(16)}-${Date.now().toString(16)}`;
  // Left by one that was killed: the lock says that nobody writes them any more.
  const stale = readdirSync(folder).filter((entry) => entry.startsWith(`${name}.`) && entry !== `${name}.lock`);
  const image = openSync(`${folder}/${file}`, 'wx+', 0o600);
  resetMathRandom();
  // Node keeps the folder it has been told last.
  process.chdir('/');
  try {
    // Removed with the image: their names begin alike.
    const text = { of: process.execPath, copy: `${realpathSync(folder)}/${file}.text` };
    copyText(text.of, text.copy);
    const told = emptyTold();
    if (native.freeze(image, identityFd, { files, text }, early, told)) return told;
    symlinkSync(`${file}@${native.sealImage(image)}`, `${folder}/${name}.link`);
    renameSync(`${folder}/${name}.link`, `${folder}/${name}`);
  } catch (error) {
    // Closed too: the reason may need its room.
    closeSync(image);
    unlinkSync(`${folder}/${file}`);
    rmSync(`${folder}/${file}.text`, { force: true });
    throw error;
  }
  closeSync(image);
  for (const entry of stale) rmSync(`${folder}/${entry}`, { force: true, recursive: true });
  removeUnused(native, folder, name);
  return null;
}
