/** What the command itself writes, to the end or to an error. */
import { writeSync } from 'node:fs';
import { WasmctrError } from '../errors.ts';
import { errnoName } from '../kernel-error.ts';

/** Nobody reads stdout any more: what SIGPIPE would end a program for, without a word. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/** For messages, which have nowhere else to go: what can't be written is dropped. */
export function writeAll(fd: number, text: string): void {
  try {
    writeWhole(fd, text);
  } catch {
    // There is nobody left to tell.
  }
}

/**
 * For what was asked for: lost, it is an error. `isOpen`: whether the caller's own stdout is (Node puts /dev/null in the
 * place of a closed one). Throws WasmctrError, and BrokenPipe.
 */
export function writeStdout(text: string, isOpen: boolean): void {
  if (text === '') return;
  if (!isOpen) throw unwritten('EBADF', 'it is closed');
  try {
    writeWhole(1, text);
  } catch (error) {
    const name = errnoName(error) ?? 'EIO';
    if (name === 'EPIPE') throw new BrokenPipe('standard output', { cause: error });
    throw unwritten(name, name === 'ENOSPC' ? 'the disk is full' : null, error);
  }
}

function unwritten(name: string, hint: string | null, cause?: unknown): WasmctrError {
  return new WasmctrError('path', `can't write: standard output: ${name}`, hint, { cause });
}

/** To a pipe that is full, what is left waits. */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (errnoName(error) !== 'EAGAIN') throw error;
    }
  }
}
