/** WebAssembly text to binary. Loaded only when a text was given. */
import { WasmctrError } from './errors.ts';

export async function assembleWat(text: string, path: string): Promise<Uint8Array> {
  const { default: loadWabt } = await import('wabt');
  const wabt = await loadWabt();
  const features = {
    exceptions: true,
    multi_memory: true,
    memory64: true,
    gc: true,
    tail_call: true,
    relaxed_simd: true,
  };
  try {
    const module = wabt.parseWat(path, text, features);
    try {
      return module.toBinary({ write_debug_names: true }).buffer;
    } finally {
      module.destroy();
    }
  } catch (error) {
    const reason =
      error instanceof Error
        ? (error.message.split('\n').find((line) => line.includes('error:')) ?? error.message)
        : '';
    throw new WasmctrError('module', `invalid WebAssembly text: ${reason.trim() || path}`, null, { cause: error });
  }
}
