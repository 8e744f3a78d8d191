/** A component's bytes → what its pack is made of, by jco. Runs in the container of the tool process only. */
import { generate } from '@bytecodealliance/jco-transpile/component';
import { componentSkeleton } from '../../host/component/skeleton.ts';
import { readWorld } from '../../host/component/wit-world.ts';
import { printable } from '../../host/demangle.ts';
import { GuestFailure } from '../../host/failure.ts';
import { WasmBinaryError } from '../../host/wasm-binary.ts';
import { type ComponentOutline, readComponent } from '../../host/wasm-component.ts';
import { checkNames } from './names.ts';
import { takePrinted } from './preview2-stand-in.ts';
import { refuseImports, refuseUnsupported } from './unsupported.ts';
import { compareWithWasi } from './wasi-types.ts';

export interface Transpiled {
  outline: ComponentOutline;
  /** The source of jco's module. */
  glue: string;
  /** `component.core.wasm`, `component.core2.wasm`, … */
  modules: readonly [string, Uint8Array][];
  /** The component without its code (host/component/skeleton.ts). */
  types: Uint8Array;
}

const glueName = 'component.js';

/** Throws GuestFailure, whose message completes "can't run FILE: …". */
export function transpile(bytes: Uint8Array): Transpiled {
  const outline = readOutline(bytes);
  refuseImports(outline.imports);
  const unread = unreadable(bytes);
  try {
    const { files } = generate(bytes, {
      name: 'component',
      noTypescript: true,
      noNodejsCompat: true,
      noComponentErrorWrapping: true,
      instantiation: { tag: 'sync' },
      // Imports that bring a core-ABI function are called without jco's lifting; see host/component.
      importBindings: { tag: 'hybrid' },
      base64Cutoff: 0,
    });
    // Bounds how deep components nest, which the bindgen does not.
    const types = componentSkeleton(bytes);
    if (unread !== null) throw unread;
    // Now that it is known to be valid, and before anything of it is run.
    checkNames(bytes);
    const glue = files.find(([name]) => name === glueName)?.[1];
    if (glue === undefined) throw new Error('the transpiler wrote no glue');
    const modules = files.filter(([name]) => name.endsWith('.wasm'));
    return { outline, glue: new TextDecoder().decode(glue), modules, types };
  } catch (error) {
    throw transpileFailure(error);
  }
}

function readOutline(bytes: Uint8Array): ComponentOutline {
  try {
    return readComponent(bytes);
  } catch (error) {
    if (!(error instanceof WasmBinaryError)) throw error;
    throw new GuestFailure('invalid-module', `is damaged at offset 0x${error.offset.toString(16)}: ${error.message}`);
  }
}

/** What can't be read here is for jco to judge, which validates: null when it was read. */
function unreadable(bytes: Uint8Array): GuestFailure | null {
  try {
    const world = readWorld(bytes);
    refuseUnsupported(world);
    compareWithWasi(world.imports);
    return null;
  } catch (error) {
    if (!(error instanceof WasmBinaryError)) throw error;
    return new GuestFailure('other-host', `has types that can't be read: ${printable(error.message, 256)}`);
  }
}

function transpileFailure(error: unknown): GuestFailure {
  const panic = takePrinted();
  if (error instanceof GuestFailure) return error;
  if (error instanceof RangeError) {
    return new GuestFailure('invalid-module', 'is too complex to transpile: its types or parts nest too deeply');
  }
  // The tools gave up, rather than say what is wrong with the component.
  if (error instanceof WebAssembly.RuntimeError) {
    const reason = panic.split('\n').find((line) => line.trim() !== '' && !line.startsWith('thread ')) ?? error.message;
    return new GuestFailure(
      'other-host',
      `can't be transpiled: ${printable(reason.replace(/^internal error: /, ''), 512)}`,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  const [, where, name] = /component (export|import) `([^`]*)` was not a/.exec(message) ?? [];
  if (where !== undefined && name !== undefined) {
    const what = `${where}s ${printable(name, 128)}, which is no function and no interface`;
    return new GuestFailure('other-host', `${what}: jco, which makes components run here, does not support that`);
  }
  return new GuestFailure('invalid-module', `is not a valid component: ${printable(firstLines(message), 512)}`);
}

/** jco's errors are chains: a line, then indented `Caused by` ones. */
function firstLines(message: string): string {
  return message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Caused by') && !line.startsWith('Stack backtrace'))
    .slice(0, 3)
    .join(': ');
}
