/** `wasmctr inspect FILE`: a binary module, WAT text or stdin. */
import { closeSync, readSync } from 'node:fs';
import type { Native } from '../../native/native.ts';
import { WasmctrError } from '../errors.ts';
import { inspectModule } from '../inspect.ts';
import { renderInspect } from '../inspect-text.ts';
import { type ModuleFile, openModule } from '../module-file.ts';
import type { Report } from './main.ts';

export interface InspectedFile extends Report {
  /** null: a core module has none. */
  wit: string | null;
}

export async function inspectFile(native: Native, file: string): Promise<InspectedFile> {
  const bytes = await readProgram(native, file);
  try {
    const report = inspectModule(bytes);
    return { json: report, text: renderInspect(report), wit: report.wit, exitCode: 0 };
  } catch (error) {
    if (!(error instanceof WasmctrError)) throw error;
    throw new WasmctrError(error.code, `can't inspect: ${file}: ${error.message}`, error.hint, { cause: error });
  }
}

export async function readProgram(native: Native, file: string): Promise<Uint8Array> {
  return readModule(await openModule(native, file));
}

function readModule({ fd, bytes }: ModuleFile): Uint8Array {
  try {
    const content = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const n = readSync(fd, content, done, bytes - done, done);
      // Cut short while it was read: what is there is judged, as a damaged module.
      if (n === 0) break;
      done += n;
    }
    return content.subarray(0, done);
  } finally {
    closeSync(fd);
  }
}
