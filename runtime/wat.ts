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
    if (isComponentText(text)) {
      const hint = 'make a binary of it: wasm-tools parse app.wat -o app.wasm';
      throw new WasmctrError('module', `can't read the text of a component: ${path}`, hint, { cause: error });
    }
    const reason =
      error instanceof Error
        ? (error.message.split('\n').find((line) => line.includes('error:')) ?? error.message)
        : '';
    throw new WasmctrError('module', `invalid WebAssembly text: ${reason.trim() || path}`, null, { cause: error });
  }
}

/** By its first word, behind comments. Step by step: an expression for all of it would be exponential. */
function isComponentText(text: string): boolean {
  const next = /\s+|;;[^\n]*|\(;|\(\s*component\b/y;
  for (;;) {
    const [found] = next.exec(text) ?? [];
    if (found === undefined) return false;
    if (found.endsWith('component')) return true;
    if (found !== '(;') continue;
    const end = text.indexOf(';)', next.lastIndex);
    if (end < 0) return false;
    next.lastIndex = end + 2;
  }
}
