/** Many processes at one cache, some of them killed while they write. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { root } from '../../helpers/guests.ts';

const writer = join(root, 'test/helpers/store-writer.ts');

async function write(folder: string, rounds: number, killAfterMs: number | null): Promise<string> {
  const child = spawn(process.execPath, ['--no-warnings', writer, folder, String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const output = text(child.stdout);
  if (killAfterMs !== null) {
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  return `${code ?? signal} ${(await output).trim()}`;
}

test('twenty write and read the same entries; what is read is always whole', { timeout: 120_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'wasmctr-writers-'));
  try {
    const folder = join(home, 'wasmctr');
    const killed = [700, 900, 1100, 1300].map((killAfterMs) => write(folder, 1e9, killAfterMs));
    const others = Array.from({ length: 16 }, () => write(folder, 100, null));
    for (const result of await Promise.all(others)) expect(result).toMatch(/^0 \d+$/);
    for (const result of await Promise.all(killed)) expect(result).toBe('SIGKILL ');
    const entries = readdirSync(folder).filter((name) => !name.startsWith('.'));
    const total = entries.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    // Each of several at once may have made room for its own entry.
    expect(total).toBeLessThanOrEqual(5 * 10_064);
    expect(entries.length).toBeGreaterThan(0);
  } finally {
    rmSync(home, { recursive: true });
  }
});
