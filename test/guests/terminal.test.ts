/** At a terminal a guest behaves as any program: keys that signal, job control, end of input, modes left as found. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guest } from '../helpers/guests.ts';
import { Terminal } from '../helpers/terminal.ts';
import { wasmctrBin } from '../helpers/wasmctr.ts';

const ctrlC = '\x03';
const ctrlD = '\x04';
const ctrlZ = '\x1a';
const ctrlBackslash = '\x1c';
const run = (name: string, ...args: string[]) => [wasmctrBin, 'run', guest(name), ...args].join(' ');

let terminal: Terminal;
beforeEach(async () => {
  terminal = await Terminal.open();
});
afterEach(() => terminal.close());

it('all three streams are the terminal', async () => {
  expect(await terminal.run(run('c/isatty'))).toBe('1 1 1\n');
});

describe.each([
  ['c/spin', 'spinning', ''],
  ['c/sleep', 'sleeping', '60000'],
])('%s', (name, greeting, argument) => {
  it.each([
    ['Ctrl-C', ctrlC, 130],
    ['Ctrl-\\', ctrlBackslash, 131],
  ])('%s ends it', async (_, key, code) => {
    terminal.type(`${run(name, argument)}\n`);
    await terminal.expect(greeting);
    terminal.type(key);
    expect(await terminal.run('echo "status $?"')).toContain(`status ${code}\n`);
  });

  it('Ctrl-Z stops it, fg continues it', async () => {
    terminal.type(`${run(name, argument)}\n`);
    await terminal.expect(greeting);
    terminal.type(ctrlZ);
    await terminal.expect(/Stopped.*\r\n/);
    // Stopped means that no process of the job computes.
    const job = await terminal.run('ps -o stat= --ppid $(jobs -p) -p $(jobs -p)');
    expect(
      job
        .trim()
        .split('\n')
        .every((state) => state.startsWith('T')),
    ).toBe(true);
    terminal.type('fg\n');
    await terminal.expect('wasmctr');
    terminal.type(ctrlC);
    expect(await terminal.run('echo "status $?"')).toContain('status 130');
  });

  it('bg lets it go on, kill ends it', async () => {
    terminal.type(`${run(name, argument)}\n`);
    await terminal.expect(greeting);
    terminal.type(ctrlZ);
    await terminal.expect(/Stopped.*\r\n/);
    await terminal.run('bg');
    const states = await terminal.run('sleep 0.3; ps -o stat= --ppid $(jobs -p) -p $(jobs -p)');
    expect(states).not.toContain('T');
    expect(await terminal.run('kill %1; wait %1; echo "status $?"')).toContain('status 143');
  });
});

it('Ctrl-D ends the input', async () => {
  terminal.type(`${run('c/read-lines')}; echo "status $?"\n`);
  await terminal.expect('ready');
  terminal.type('hello\n');
  await terminal.expect('got hello');
  terminal.type(ctrlD);
  await terminal.expect('end\r\nstatus 0');
});

it('a job in the background that reads the terminal is stopped', async () => {
  terminal.type(`${run('c/read-lines')} &\n`);
  await terminal.expect('ready');
  expect(await terminal.run('sleep 0.5; jobs')).toMatch(/Stopped/);
  terminal.type('fg\n');
  await terminal.expect('read-lines');
  terminal.type('now\n');
  await terminal.expect('got now');
  terminal.type(ctrlD);
  await terminal.expect('end');
});

it('modes are left as they were found, and are not touched meanwhile', async () => {
  // Raw-like modes that a full-screen program sets before it starts a helper.
  const script = 'stty -icanon -isig min 1 time 0; before=$(stty -g)';
  const compare = 'test "$before" = "$(stty -g)" && echo same; stty icanon isig';
  expect(await terminal.run(`${script}; ${run('c/isatty')}; ${compare}`)).toBe('1 1 1\nsame\n');
});

it('modes are left as they were found by kill -9', async () => {
  const script = `before=$(stty -g); ${run('c/sleep', '60000')} & sleep 0.5; kill -9 $!; wait $! 2>/dev/null`;
  expect(await terminal.run(`${script}; test "$before" = "$(stty -g)" && echo same`)).toContain('same\n');
});

it('O_NONBLOCK is not left on the terminal', async () => {
  await terminal.run(run('c/read-nonblocking'));
  expect(await terminal.run("python3 -c 'import os; print(os.get_blocking(0))'")).toBe('True\n');
});
