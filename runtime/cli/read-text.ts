/** Reads a text file that a flag names: regular, pipe or device, up to a ceiling. */
import { closeSync, openSync, readSync } from 'node:fs';
import { WasmctrError } from '../errors.ts';
import { errnoName } from '../kernel-error.ts';
import { maxTextFileBytes } from '../limits.ts';
import { descriptorOf } from './descriptor-path.ts';

const chunkBytes = 64 * 1024;

export function readText(path: string, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readAll(path, label));
  } catch (error) {
    if (error instanceof WasmctrError) throw error;
    const code = errnoName(error) ?? 'EIO';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new WasmctrError('path', `not text: ${label}: EILSEQ`, 'save it as UTF-8', { cause: error });
    }
    throw new WasmctrError('path', `can't read: ${label}: ${code}`, hints[code] ?? null, { cause: error });
  }
}

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'check the path',
  EISDIR: 'it is a directory, give a file',
  EACCES: 'check its permissions',
};

function readAll(path: string, label: string): Buffer {
  const given = descriptorOf(path);
  const fd = given ?? openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const length = readSync(fd, chunk);
      if (length === 0) return Buffer.concat(chunks);
      total += length;
      if (total > maxTextFileBytes) {
        throw new WasmctrError('path', `too big: ${label}: EFBIG`, `give at most ${maxTextFileBytes} bytes`);
      }
      chunks.push(chunk.subarray(0, length));
    }
  } finally {
    if (given === null) closeSync(fd);
  }
}
