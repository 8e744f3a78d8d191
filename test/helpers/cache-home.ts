/** A cache of its own for each test of a file, which is gone with the file. Starts come from Node: images lie there too. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { expectNothingLeft } from './leaks.ts';
import { type WasmctrResult, wasmctr } from './wasmctr.ts';

export interface CacheHome {
  /** Of this test: what XDG_CACHE_HOME says. */
  home(): string;
  run(args: readonly string[], env?: Record<string, string>): Promise<WasmctrResult>;
}

export function useCacheHome(): CacheHome {
  const folder = mkdtempSync(join(tmpdir(), 'wasmctr-cache-'));
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(folder, 'home-'));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await expectNothingLeft();
  });
  return {
    home: () => home,
    run: (args, env = {}) =>
      wasmctr(args, { env: { XDG_CACHE_HOME: home, WASMCTR_FROZEN: '0', ...env }, timeoutMs: 60_000 }),
  };
}
