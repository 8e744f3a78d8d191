/** `wasmctr types FILE`: the TypeScript of a component's imports and exports. */
import { writeFileSync } from 'node:fs';
import { readWorld } from '../../host/component/wit-world.ts';
import { fileKind } from '../../host/wasm-binary.ts';
import type { Native } from '../../native/native.ts';
import { WasmctrError } from '../errors.ts';
import { pathError } from '../kernel-error.ts';
import { typeDeclarations } from '../wit-declarations.ts';
import { readProgram } from './inspect-file.ts';
import type { Report } from './main.ts';

export interface TypesRequest {
  file: string;
  /** A file to write; null: the text is the report. */
  output: string | null;
}

export async function typesFile(native: Native, { file, output }: TypesRequest): Promise<Report> {
  const text = declarationsOf(await readProgram(native, file), file);
  if (output === null) return { json: null, text, exitCode: 0 };
  try {
    writeFileSync(output, text);
  } catch (error) {
    throw pathError('path', "can't write the types", output, error);
  }
  return { json: null, text: '', exitCode: 0 };
}

function declarationsOf(bytes: Uint8Array, file: string): string {
  if (fileKind(bytes) !== 'component') {
    throw new WasmctrError('module', `no component: ${file}`, 'only components have types; see wasmctr inspect');
  }
  try {
    return typeDeclarations(readWorld(bytes));
  } catch (error) {
    const isDamaged = error instanceof Error && error.name === 'WasmBinaryError';
    if (!isDamaged && !(error instanceof WasmctrError)) throw error;
    throw new WasmctrError('module', `can't read the types: ${file}: ${error.message}`, null, { cause: error });
  }
}
