/** `wasmctr compile FILE…`: what a first start would do, ahead of it. */
import { closeSync } from 'node:fs';
import { signals } from '../../native/linux.ts';
import type { Native } from '../../native/native.ts';
import { openPack } from '../components/open-pack.ts';
import { isWasmctrError, WasmctrError } from '../errors.ts';
import { isInterrupted } from '../interrupted.ts';
import { openModule } from '../module-file.ts';
import { nowMs } from '../now.ts';
import type { PackOrigin } from '../result.ts';
import type { Report } from './main.ts';
import { describeError } from './report.ts';

export interface CompileRequest {
  files: readonly string[];
  bestEffort: boolean;
}

export interface CompileContext {
  native: Native;
  /** The caller's environment, `K=V`. */
  env: readonly string[];
  stderr(text: string): void;
  /** Called when a file takes long. */
  onSlow(file: string): void;
}

interface Compiled {
  file: string;
  /** null: a core module, which needs nothing. */
  cache: PackOrigin['cache'] | null;
  bytes: number;
  ms: number;
}

/** Goes on after a file that fails, which is told on stderr; the exit code is that of the first. A signal ends it. */
export async function compileCommand(context: CompileContext, request: CompileRequest): Promise<Report> {
  const done: (Compiled | { file: string; error: string })[] = [];
  let text = '';
  let exitCode = 0;
  for (const file of request.files) {
    try {
      const compiled = await compile(context, { file, bestEffort: request.bestEffort });
      done.push(compiled);
      text += compiledText(compiled);
    } catch (error) {
      if (isInterrupted(error)) return { json: done, text, exitCode: 128 + signals[error.signal] };
      if (!isWasmctrError(error)) throw error;
      const failure = describeError(error);
      done.push({ file, error: error.message });
      context.stderr(failure.text);
      exitCode ||= failure.exitCode;
    }
  }
  return { json: done, text, exitCode };
}

async function compile(
  { native, env, onSlow }: CompileContext,
  { file, bestEffort }: { file: string; bestEffort: boolean },
): Promise<Compiled> {
  const startedMs = nowMs();
  const { fd, bytes, isComponent } = await openModule(native, file);
  if (!isComponent) {
    closeSync(fd);
    return { file, cache: null, bytes, ms: 0 };
  }
  const pack = await openPack({ fd, bytes, file, bestEffort }, { native, env, onSlow: () => onSlow(file) });
  closeSync(pack.fd);
  const { cache, note } = pack.origin;
  // What was made is lost: unlike a run, this was for nothing.
  if (cache === 'off') throw new WasmctrError('path', `can't keep: ${file}: ${note ?? 'there is no cache'}`);
  return { file, cache, bytes: pack.bytes, ms: nowMs() - startedMs };
}

function compiledText({ file, cache, bytes, ms }: Compiled): string {
  if (cache === null) return `${file}: a core module: nothing to do ahead\n`;
  if (cache === 'hit') return `${file}: in the cache already\n`;
  return `${file}: transpiled in ${Math.round(ms)} ms, ${Math.round(bytes / 1024)} KiB kept\n`;
}
