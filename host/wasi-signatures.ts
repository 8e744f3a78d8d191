/**
 * Core types of the WASI 0.1 functions. The engine calls a JavaScript import with whatever the module declares: a module
 * that declares `fd_write` with other types is stopped before its values reach code that expects numbers.
 */
import { type FunctionName, functionNames, isAddress, wasmParameters } from './p1/signatures.ts';
import type { FunctionType } from './wasm-binary-types.ts';

export function wasiSignature(name: FunctionName, memory64: boolean): FunctionType {
  return { params: wasmParameters(name, memory64), results: name === 'proc_exit' ? [] : ['i32'] };
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
