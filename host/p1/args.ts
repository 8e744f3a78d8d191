/** args_get, args_sizes_get, environ_get, environ_sizes_get: lists of strings handed over as pointers and bytes. */
import { address, type GuestMemory } from '../kernel/memory.ts';
import { EFAULT } from './abi.ts';
import type { Context } from './context.ts';

/** UTF-8 with a NUL behind each. */
export function encodeStrings(strings: readonly string[]): Uint8Array[] {
  const encoder = new TextEncoder();
  return strings.map((string) => encoder.encode(`${string}\0`));
}

const totalBytes = (strings: readonly Uint8Array[]): number => strings.reduce((sum, { length }) => sum + length, 0);

function storeSizes(memory: GuestMemory, strings: readonly Uint8Array[], count: number, bytes: number): number {
  if (!memory.has(count, 4) || !memory.has(bytes, 4)) return EFAULT;
  memory.setU32(count, strings.length);
  memory.setU32(bytes, totalBytes(strings));
  return 0;
}

function storeStrings(memory: GuestMemory, strings: readonly Uint8Array[], pointers: number, buffer: number): number {
  const total = totalBytes(strings);
  if (!memory.has(pointers, strings.length * 4) || !memory.has(buffer, total)) return EFAULT;
  const bytes = memory.bytes(buffer, total);
  let offset = 0;
  strings.forEach((string, i) => {
    memory.setU32(pointers + i * 4, buffer + offset);
    bytes.set(string, offset);
    offset += string.length;
  });
  return 0;
}

export interface ArgsFunctions {
  args_get(argv: number, buffer: number): number;
  args_sizes_get(count: number, bytes: number): number;
  environ_get(environ: number, buffer: number): number;
  environ_sizes_get(count: number, bytes: number): number;
}

export function argsFunctions({ memory, args, env, uses }: Context): ArgsFunctions {
  return {
    args_get: (argv, buffer) => storeStrings(memory, args, address(argv), address(buffer)),
    args_sizes_get: (count, bytes) => storeSizes(memory, args, address(count), address(bytes)),
    environ_get(environ, buffer) {
      if (uses) uses.environment = true;
      return storeStrings(memory, env, address(environ), address(buffer));
    },
    environ_sizes_get: (count, bytes) => storeSizes(memory, env, address(count), address(bytes)),
  };
}
