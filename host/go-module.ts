/** Programs that Go's own compiler made: they run all their goroutines in one thread, which must not wait in a call. */
import { Cursor, WasmBinaryError } from './wasm-binary-cursor.ts';
import { parseProducers } from './wasm-binary-custom.ts';

/** Asked of the engine, which has found the custom sections already. */
export function isGoModule(module: WebAssembly.Module): boolean {
  if (WebAssembly.Module.customSections(module, 'go:buildid').length > 0) return true;
  return WebAssembly.Module.customSections(module, 'producers').some((section) => namesGo(new Uint8Array(section)));
}

function namesGo(section: Uint8Array): boolean {
  try {
    return parseProducers(new Cursor(section)).some(({ field, name }) => field === 'language' && name === 'Go');
  } catch (error) {
    // Broken: it has no say, as in the engine.
    if (error instanceof WasmBinaryError) return false;
    throw error;
  }
}
