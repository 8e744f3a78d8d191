import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { completionScript, shells } from '../../../runtime/cli/completion.ts';
import { completedCommands } from '../../../runtime/cli/completion-commands.ts';
import { optionKeys, optionOf } from '../../../runtime/options.ts';
import { expectGolden } from './golden.ts';
import { cli } from './io.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmctr-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['app.wasm', 'text.wat', 'c.json', 'two words.wasm']) writeFileSync(join(folder, name), '');
mkdirSync(join(folder, 'sub'));

describe.each(shells)('%s', (shell) => {
  const script = completionScript(shell);
  writeFileSync(join(folder, `script.${shell}`), script);

  test('golden', () => expectGolden(`completion.${shell}`, script));
  test('is what the command prints', async () => {
    expect(await cli(['completion', shell])).toMatchObject({ code: 0, stdout: script, stderr: '' });
  });
  test('has every flag and command', () => {
    for (const { name } of optionKeys.map(optionOf))
      expect(script).toMatch(shell === 'fish' ? `-l ${name} ` : `--${name}`);
    for (const { name } of completedCommands) expect(script).toContain(name);
  });
  test('is accepted by the shell', () => {
    execFileSync(shell, ['-n', join(folder, `script.${shell}`)]);
  });
});

test('the scripts know the commands of the program', async () => {
  const { stdout } = await cli(['--help']);
  const commands = /Commands:\n(.*?)\n\n/s
    .exec(stdout)?.[1]
    ?.split('\n')
    .map((line) => line.trim().split(' ')[0]);
  expect(completedCommands.map(({ name }) => name)).toEqual(commands);
});

/** Words as bash splits them; the last one is completed. */
const cases: [string[], string[]][] = [
  [['wasmctr', 'ru'], ['run']],
  [
    ['wasmctr', ''],
    [
      'run',
      'learn',
      'inspect',
      'types',
      'doctor',
      'compile',
      'cache',
      'completion',
      'help',
      'version',
      '--help',
      '--version',
    ],
  ],
  [['wasmctr', 'run', '--ti'], ['--timeout']],
  [
    ['wasmctr', 'run', '--strace', '--cpu'],
    ['--cpu-time', '--cpus', '--cpu-weight', '--cpuset'],
  ],
  [
    ['wasmctr', 'run', ''],
    ['text.wat', 'app.wasm', 'two words.wasm', 'sub/'],
  ],
  [['wasmctr', 'run', '--dir', ''], ['sub']],
  [['wasmctr', 'run', '-v', 's'], ['sub']],
  [['wasmctr', 'run', '--dir', '.', 'a'], ['app.wasm']],
  [['wasmctr', 'run', '--config', 'c'], ['c.json']],
  [
    ['wasmctr', 'run', '--unknown-imports', ''],
    ['error', 'trap'],
  ],
  [['wasmctr', 'run', '--unknown-imports', '=', 't'], ['trap']],
  [
    ['wasmctr', 'run', '--stats', '='],
    ['text', 'json'],
  ],
  [['wasmctr', 'run', '--stats', '=', 'j'], ['json']],
  [['wasmctr', 'run', '--stats', 'a'], ['app.wasm']],
  [['wasmctr', 'run', '--timeout', ''], []],
  [['wasmctr', 'run', '--listen', '127.0.0.1', ':', '80', 'a'], ['app.wasm']],
  [['wasmctr', 'run', '--dir', 'a', '::', '/b', ':', 'ro', '--str'], ['--strace']],
  [['wasmctr', 'run', '--memory', '=', '64m', '--str'], ['--strace']],
  [['wasmctr', 'run', 'app.wasm', '--ti'], []],
  [['wasmctr', 'run', 'app.wasm', 'c'], ['c.json']],
  [['wasmctr', 'run', '--strace', '--', 'a'], ['app.wasm']],
  [['wasmctr', 'help', 'lim'], ['limits']],
  [
    ['wasmctr', 'completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [
    ['wasmctr', 'inspect', '--'],
    ['--json', '--wit', '--help'],
  ],
  [
    ['wasmctr', 'inspect', 't'],
    ['text.wat', 'two words.wasm'],
  ],
];

test.each(cases)('bash completes %j', (words, offers) => {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const script = `source ./script.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _wasmctr; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['--norc', '-c', script], { cwd: folder, encoding: 'utf8' });
  expect(
    text
      .split('\n')
      .filter((line) => line !== '')
      .sort(),
  ).toEqual([...offers].sort());
});

test.each<[string, string[]]>([
  ['wasmctr run --ti', ['--timeout']],
  ['wasmctr run --unknown-imports ', ['error', 'trap']],
  ['wasmctr run --strace a', ['app.wasm']],
  ['wasmctr run app.wasm --ti', []],
  ['wasmctr run --timeout 5s --str', ['--strace']],
  ['wasmctr help lim', ['limits']],
])('fish completes %j', (line, offers) => {
  const script = `source ./script.fish; complete -C '${line}' | string split -f 1 \\t`;
  const text = spawnSync('fish', ['--no-config', '-c', script], { cwd: folder, encoding: 'utf8' }).stdout;
  expect(
    text
      .split('\n')
      .filter((offer) => offer !== '')
      .sort(),
  ).toEqual([...offers].sort());
});
