/** Machine code that a run leaves in the cache is made beside, by a process that nobody waits for. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Until the cache has code of that many programs. */
export function waitForCode(cacheHome: string, count = 1): void {
  for (let tries = 0; tries < 300; tries++) {
    const entries = readdirSync(join(cacheHome, 'wasmctr')).filter((name) => name.startsWith('code-'));
    if (entries.length >= count) return;
    spawnSync('sleep', ['0.2']);
  }
  throw new Error('no code was kept');
}
