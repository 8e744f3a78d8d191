/**
 * Core types of the WASI 0.1 functions. The engine calls a JavaScript import with whatever the module declares: a module
 * that declares `fd_write` with other types is stopped before its values reach code that expects numbers.
 */
import { type FunctionName, functionNames, isAddress, wasmParameters } from './p1/signatures.ts';
import type { FunctionType } from './wasm-binary-types.ts';

/** Addresses and sizes are as wide as those of the memory. */
export function wasiSignature(name: FunctionName, memory64: boolean): FunctionType {
  const types = wasmParameters(name);
  const addresses = memory64 ? isAddress(name) : [];
  const params = types.map((type, index) => (addresses[index] ? 'i64' : type));
  return { params, results: name === 'proc_exit' ? [] : ['i32'] };
}

/** Whether the call reads or writes guest memory. */
export function usesMemory(name: string): boolean {
  return isFunctionName(name) && isAddress(name).includes(true);
}

export function isFunctionName(name: string): name is FunctionName {
  return (functionNames as readonly string[]).includes(name);
}

export function sameSignature(a: FunctionType, b: FunctionType): boolean {
  return a.params.join() === b.params.join() && a.results.join() === b.results.join();
}
