/** The process in which the user namespace of an id map is born goes with the one that wanted it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { publishedAddon } from '../helpers/fork.ts';
import { processes } from '../helpers/processes.ts';

const rounds = 20;
const endless = `const native = require(${JSON.stringify(publishedAddon)});
for (;;) native.close(native.idmapNamespace('0 70000 1', '0 70000 1'));`;

test.runIf(process.geteuid?.() === 0)('however that one is killed', async () => {
  const sessions = new Set<number>();
  for (let i = 0; i < rounds; i++) {
    const child = spawn(process.execPath, ['-e', endless], { detached: true, stdio: 'ignore' });
    sessions.add(child.pid ?? -1);
    await sleep(80 + Math.random() * 20);
    expect(child.kill('SIGKILL'), 'it runs until then').toBe(true);
    await once(child, 'exit');
  }
  await sleep(100);
  expect(processes().filter(({ session, state }) => sessions.has(session) && state !== 'Z')).toEqual([]);
});
