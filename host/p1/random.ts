/** random_get. */
import { address } from '../kernel/memory.ts';
import { wasiErrno } from './abi.ts';
import type { Context } from './context.ts';

export interface RandomFunctions {
  random_get(buffer: number, length: number): number;
}

/** Always from the kernel: generators in user space have the same state in every fork of a template. */
export function randomFunctions({ native, memory }: Context): RandomFunctions {
  return {
    random_get: (buffer, length) => wasiErrno(native.random(memory.buffer, address(buffer), address(length))),
  };
}
