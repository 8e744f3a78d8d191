/** From a component's file to its pack, by the command: made once, found again, and made anew whenever that is not safe. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { useCacheHome } from '../helpers/cache-home.ts';
import { guest } from '../helpers/guests.ts';
import { manyImports } from '../helpers/hostile-components.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import { Terminal } from '../helpers/terminal.ts';
import { startWasmctr, wasmctrBin } from '../helpers/wasmctr.ts';

const component = guest('wat-p2/hello');
const { home, run } = useCacheHome();

async function origin(file = component, env: Record<string, string> = {}): Promise<string> {
  const { stderr, stdout, code } = await run(['run', '--stats=json', file], env);
  expect({ stdout, code }).toEqual({ stdout: 'hello\n', code: 0 });
  const { cache, note } = JSON.parse(stderr).pack;
  return note === null ? cache : `${cache}: ${note}`;
}

const cached = (): string[] => readdirSync(join(home(), 'wasmctr')).filter((name) => name.startsWith('component-'));

test('made at the first start, found at the second', async () => {
  expect(await origin()).toBe('made');
  expect(await origin()).toBe('hit');
  expect(cached()).toHaveLength(1);
});

test('by its content, whatever its name', async () => {
  expect(await origin()).toBe('made');
  const copy = join(home(), 'copy.wasm');
  writeFileSync(copy, readFileSync(component));
  expect(await origin(copy)).toBe('hit');
  // A custom section, empty and named x: the same program in another file.
  writeFileSync(copy, Buffer.concat([readFileSync(component), Buffer.from([0, 2, 1, 0x78])]));
  expect(await origin(copy)).toBe('made');
});

test('a damaged entry is made anew', async () => {
  await origin();
  const path = join(home(), 'wasmctr', cached()[0] ?? '');
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 0x40;
  writeFileSync(path, bytes);
  expect(await origin()).toBe('made');
  expect(await origin()).toBe('hit');
});

test('without a cache it runs, and says why in the receipt only', async () => {
  expect(await origin(component, { WASMCTR_CACHE: '0' })).toBe('off: WASMCTR_CACHE=0');
  chmodSync(home(), 0o755);
  mkdirSync(join(home(), 'wasmctr'), { mode: 0o755 });
  expect(await origin()).toMatch(/^off: .*others may use it: mode 755/);
  const { stderr } = await run(['run', component]);
  expect(stderr).toBe('');
});

/** The command in a mount namespace where `home` is a file system of its own; what it says on stderr. */
function runMounted(mount: string, args = `run --stats=json ${component}`): string {
  // Its exit code is in the line after.
  const command = `${mount} && ${wasmctrBin} ${args} 2>&1 >/dev/null || echo $?`;
  return execFileSync('unshare', ['-m', 'sh', '-c', command], {
    env: { XDG_CACHE_HOME: home(), WASMCTR_FROZEN: '0' },
    encoding: 'utf8',
  });
}

test.runIf(process.geteuid?.() === 0)('a full disk and a read-only one cost the cache, not the run', () => {
  const full = JSON.parse(runMounted(`mount -t tmpfs -o size=64k none ${home()}`));
  expect(full).toMatchObject({ ok: true, pack: { cache: 'off', note: "can't write: ENOSPC" } });
  const readOnly = JSON.parse(runMounted(`mount -t tmpfs -o ro none ${home()}`));
  expect(readOnly).toMatchObject({ ok: true, pack: { cache: 'off', note: expect.stringMatching(/EROFS/) } });
});

test.runIf(process.geteuid?.() === 0)(
  'a read-only disk: what can be listed can’t be removed, which is one line',
  async () => {
    await run(['compile', component]);
    const abandoned = join(home(), 'wasmctr', '.new-1-abandoned');
    writeFileSync(abandoned, '');
    utimesSync(abandoned, 0, 0);
    const readOnly = `mount --bind ${home()} ${home()} && mount -o remount,bind,ro ${home()}`;
    expect(runMounted(readOnly, 'cache ls')).toBe('');
    const refused = `wasmctr: can't remove from the cache: ${home()}/wasmctr: EROFS\n125\n`;
    expect(runMounted(readOnly, 'cache clear')).toBe(refused);
    expect(runMounted(readOnly, 'cache prune --max-size 1k')).toBe(refused);
  },
);

test('a file that changes while its pack is made poisons no other', async () => {
  const shared = join(home(), 'shared.wasm');
  const trusted = readFileSync(component);
  writeFileSync(shared, trusted);
  const started = startWasmctr(['run', shared], { env: { XDG_CACHE_HOME: home(), WASMCTR_FROZEN: '0' } });
  await toolOf(started.pid);
  const evil = Buffer.from(trusted);
  evil.write('jello', evil.indexOf('hello\n'));
  // In place: the same file, of the same size.
  writeFileSync(shared, evil, { flag: 'r+' });
  expect((await started.result).stdout).toBe('hello\n');
  expect(await origin()).toBe('hit');
});

/** The tool process of this command, once there is one. */
async function toolOf(pid: number): Promise<number> {
  for (let tries = 0; tries < 2000; tries++) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const tool = children.find((child) => commandLine(child).includes('component-tool'));
    if (tool !== undefined) return Number(tool);
    await sleep(2);
  }
  throw new Error('no tool process was seen');
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return ''; // gone again
  }
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s while it is made ends all of it', async (signal) => {
  const started = startWasmctr(['run', component], { env: { XDG_CACHE_HOME: home(), WASMCTR_FROZEN: '0' } });
  await toolOf(started.pid);
  process.kill(started.pid, signal);
  const { code, stderr, stdout } = await started.result;
  expect({ code, stderr, stdout }).toEqual({ code: signal === 'SIGINT' ? 130 : 143, stderr: '', stdout: '' });
  expect(cached()).toEqual([]);
  await expectNothingLeft();
});

test('at a terminal one line says that it takes long, and Ctrl-C ends it', async () => {
  const file = join(home(), 'slow.wasm');
  writeFileSync(file, manyImports(60_000));
  const terminal = await Terminal.open();
  try {
    terminal.type(`XDG_CACHE_HOME=${home()} ${wasmctrBin} run ${file}\n`);
    await terminal.expect(`wasmctr: transpiling ${file} …`);
    terminal.type('\x03');
    expect(await terminal.run('echo "status $?"')).toContain('status 130\n');
    terminal.type(`XDG_CACHE_HOME=${home()} ${wasmctrBin} compile ${file} ${file}\n`);
    await terminal.expect(`wasmctr: transpiling ${file} …`);
    terminal.type('\x03');
    expect(await terminal.run('echo "status $?"')).toContain('status 130\n');
  } finally {
    await terminal.close();
  }
});

test('killed while it is made, it leaves nothing, and the next start makes it', async () => {
  const started = startWasmctr(['run', component], { env: { XDG_CACHE_HOME: home() } });
  await toolOf(started.pid);
  process.kill(started.pid, 'SIGKILL');
  expect(await started.result).toMatchObject({ signal: 'SIGKILL', stdout: '' });
  expect(await origin()).toBe('made');
  // That start has swept up the groups of the killed one.
  await expectNothingLeft();
});

test('a tool process that is killed is one clear error', async () => {
  const started = startWasmctr(['run', component], { env: { XDG_CACHE_HOME: home() } });
  process.kill(await toolOf(started.pid), 'SIGKILL');
  const { code, stderr } = await started.result;
  expect({ code, stderr }).toEqual({
    code: 125,
    stderr: `wasmctr: can't transpile: ${component}: the tool process ended early\n`,
  });
  expect(await origin()).toBe('made');
});

test('several at once all run, and one entry is left', async () => {
  const origins = await Promise.all(Array.from({ length: 6 }, () => origin()));
  for (const each of origins) expect(['made', 'hit']).toContain(each);
  expect(origins).toContain('made');
  expect(cached()).toHaveLength(1);
});

test('compile fills it ahead, and goes on after a file that it can’t take', async () => {
  const { stdout, stderr, code } = await run(['compile', '/no/such.wasm', component, guest('c/hello')]);
  expect(code).toBe(127);
  expect(stderr).toBe("wasmctr: can't open the module: /no/such.wasm: ENOENT: check the path\n");
  expect(stdout).toMatch(/hello\.wasm: transpiled in \d+ ms, \d+ KiB kept\n.*a core module: nothing to do ahead\n/);
  expect(await origin()).toBe('hit');
  expect((await run(['compile', component])).stdout).toMatch(/in the cache already/);
  const off = await run(['compile', component], { WASMCTR_CACHE: '0' });
  expect(off).toMatchObject({ code: 125, stderr: expect.stringMatching(/can't keep: .*: WASMCTR_CACHE=0/) });
});
