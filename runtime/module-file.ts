/** Opens the module: a file, stdin, or WAT text, as a descriptor of a regular file that starts with its bytes. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Native } from '../native/native.ts';
import { WasmctrError } from './errors.ts';
import { errnoName, pathError } from './kernel-error.ts';

export interface ModuleFile {
  fd: number;
  bytes: number;
  /** By its header: what is behind it is for the container to find out. */
  isComponent: boolean;
  /** Not standard input, nor assembled from text: a file that may be met again. */
  isNamed: boolean;
}

/** V8 takes modules up to 1 GiB (kV8MaxWasmModuleSize); more would only be read to be refused. */
export const maxModuleBytes: number = 1024 * 1024 * 1024;
/** JavaScript in a component has 13 MB, Python 18: the engine and all of the libraries. */
export const maxComponentBytes: number = 256 * 1024 * 1024;
const magic = Buffer.from([0, 0x61, 0x73, 0x6d]);
/** The component model's layer number, after its version; a module's is 0. */
const componentLayer = Buffer.from([1, 0]);
const headBytes = 8;

/** Node puts /dev/null where a caller closed its stdin: what is read there is not what was meant. */
export function checkStdin(path: string, stdinIsOpen: boolean): void {
  if (path !== '-' || stdinIsOpen) return;
  throw new WasmctrError('module', "can't read the module: standard input: EBADF", 'it is closed: give a file');
}

export async function openModule(native: Native, path: string): Promise<ModuleFile> {
  if (path === '-') return moduleFromBytes(native, readAll(0, 'standard input'), '-');
  const fd = openFile(path);
  try {
    const { size } = regularFile(fd, path);
    const head = readHead(fd, path);
    if (isBinary(head)) return { fd, bytes: size, isComponent: isComponent(head), isNamed: true };
    const file = await moduleFromBytes(native, readAll(fd, path), path);
    closeSync(fd);
    return file;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openFile(path: string): number {
  try {
    // Without blocking: the other end of a FIFO may never come.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const code = errnoName(error) === 'ENOENT' ? 'not-found' : 'module';
    throw pathError(code, "can't open the module", path, error);
  }
}

function regularFile(fd: number, path: string): { size: number } {
  const stat = fstatSync(fd);
  if (stat.isDirectory())
    throw new WasmctrError('module', `can't run a directory: ${path}: EISDIR`, 'give a .wasm file');
  if (!stat.isFile()) {
    throw new WasmctrError('module', `can't run: ${path}: not a regular file`, 'give a .wasm file, or - for stdin');
  }
  if (stat.size > maxModuleBytes) {
    throw new WasmctrError('module', `module too large: ${path}: ${stat.size} bytes: EFBIG`, 'the engine takes 1 GiB');
  }
  return stat;
}

function readHead(fd: number, path: string): Buffer {
  const head = Buffer.alloc(headBytes);
  try {
    return head.subarray(0, readSync(fd, head, 0, head.length, 0));
  } catch (error) {
    throw pathError('module', "can't read the module", path, error);
  }
}

function readAll(fd: number, name: string): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(256 * 1024);
    const n = readBlocking(fd, chunk, name);
    if (n === 0) return Buffer.concat(chunks, total);
    chunks.push(chunk.subarray(0, n));
    total += n;
    if (total > maxModuleBytes) {
      throw new WasmctrError('module', `module too large: ${name}: EFBIG`, 'the engine takes 1 GiB');
    }
  }
}

function readBlocking(fd: number, chunk: Buffer, name: string): number {
  for (;;) {
    try {
      return readSync(fd, chunk, 0, chunk.length, null);
    } catch (error) {
      // A shared stdin that someone made non-blocking: wait a little rather than fail.
      if (errnoName(error) !== 'EAGAIN') throw pathError('module', "can't read the module", name, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

async function moduleFromBytes(native: Native, bytes: Buffer, path: string): Promise<ModuleFile> {
  const binary = isBinary(bytes) ? bytes : await assemble(bytes, path);
  return {
    fd: native.memfd('wasmctr-module', binary),
    bytes: binary.length,
    isComponent: isComponent(binary),
    isNamed: false,
  };
}

function isBinary(bytes: Uint8Array): boolean {
  return magic.equals(bytes.subarray(0, magic.length));
}

function isComponent(bytes: Uint8Array): boolean {
  return isBinary(bytes) && componentLayer.equals(bytes.subarray(headBytes - componentLayer.length, headBytes));
}

/** WAT text, as wabt reads it; everything else that is no binary module is refused here. */
async function assemble(bytes: Buffer, path: string): Promise<Uint8Array> {
  if (bytes.length === 0) throw notAModule(path, 'it is empty');
  if (!looksLikeText(bytes)) throw notAModule(path, 'it does not start with \\0asm');
  const { assembleWat } = await import('./wat.ts');
  return assembleWat(bytes.toString('utf8'), path);
}

/** WAT begins with a parenthesis or a comment. */
function looksLikeText(bytes: Buffer): boolean {
  return (
    /^(?:\s|;;[^\n]*\n|\(;)*\(/.test(bytes.toString('latin1', 0, Math.min(bytes.length, 64 * 1024))) ||
    /^\s*(?:\(;|;;)/.test(bytes.toString('latin1', 0, 256))
  );
}

function notAModule(path: string, why: string): WasmctrError {
  return new WasmctrError('module', `not a WebAssembly module: ${path}: ${why}`, 'give a .wasm or .wat file');
}
