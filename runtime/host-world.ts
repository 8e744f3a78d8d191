/** What a component's file says that it imports: the library reads it too, to hold what a container says against it. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { WitSide } from '../host/component/wit.ts';
import { readWorld } from '../host/component/wit-world.ts';
import { fileKind } from '../host/wasm-binary.ts';
import { maxComponentBytes } from './module-file.ts';

const headBytes = 8;

/** null: the file is no component that can run, of which the command itself says why. */
export async function importsOf(path: string): Promise<WitSide | null> {
  const bytes = await readComponent(path).catch(() => null);
  if (bytes === null) return null;
  try {
    return readWorld(bytes).imports;
  } catch (error) {
    if (error instanceof Error && error.name === 'WasmBinaryError') return null;
    throw error;
  }
}

async function readComponent(path: string): Promise<Uint8Array | null> {
  // Without blocking: the other end of a FIFO may never come.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    // Attack: a sparse file of gigabytes, in the embedder's own memory.
    if (!stat.isFile() || stat.size > maxComponentBytes) return null;
    if (fileKind(await readFirst(file, headBytes)) !== 'component') return null;
    // No more than was measured: it may grow.
    return await readFirst(file, stat.size);
  } finally {
    await file.close();
  }
}

async function readFirst(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
