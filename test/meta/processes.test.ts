/** What is told of a command that hangs. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeSession } from '../helpers/processes.ts';

test('processes of a session are described by what they wait for', async () => {
  const child = spawn('/bin/sh', ['-c', '/bin/sleep 100; :'], { detached: true, stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('no shell');
  try {
    while (!describeSession(pid).includes('(sleep)')) await sleep(10);
    const told = describeSession(pid);
    expect(told).toMatch(new RegExp(`^${pid} \\(sh\\) S `, 'm'));
    expect(told).toMatch(/^ {2}thread \d+: syscall \d+ /m);
    expect(told).toContain(' 1=/dev/null');
    expect(told).not.toContain(`${process.pid} (`);
  } finally {
    process.kill(-pid, 'SIGKILL');
  }
});
