import { describe, expect, test } from 'vitest';
import { helpWidth, topicNames } from '../../../runtime/cli/help.ts';
import { optionKeys, optionOf } from '../../../runtime/options.ts';
import { expectGolden } from './golden.ts';
import { cli } from './io.ts';

async function printed(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('golden', () => {
  test.each<[string, string[]]>([
    ['help.txt', ['--help']],
    ['help-run.txt', ['run', '--help']],
    ['help-learn.txt', ['learn', '--help']],
    ['help-inspect.txt', ['inspect', '--help']],
    ['help-doctor.txt', ['doctor', '--help']],
    ['help-completion.txt', ['completion', '--help']],
    ...topicNames.map((topic): [string, string[]] => [`help-${topic}.txt`, ['help', topic]]),
  ])('%s', async (name, argv) => {
    const text = await printed(...argv);
    expectGolden(name, text);
    // A pipe, a log or a C locale may hold it.
    expect(text).toMatch(/^[\n -~]*\n$/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(helpWidth + 4);
  });
});

test('there is one text, however it is asked for', async () => {
  expect(await printed('-h')).toBe(await printed('--help'));
  expect(await printed('help')).toBe(await printed('--help'));
  expect(await printed('help', 'run')).toBe(await printed('run', '--help'));
  expect(await printed('run', '-h')).toBe(await printed('run', '--help'));
  expect(await printed('run', '--dir', '.', '--help', 'a.wasm')).toBe(await printed('run', '--help'));
  expect(await printed('help', 'completion')).toBe(await printed('completion', '--help'));
  expect(await cli([])).toMatchObject({ code: 125, stdout: '', stderr: await printed('--help') });
});

test('--help after FILE is the guest’s', async () => {
  expect((await cli(['run', 'a.wasm', '--help'])).specs).toMatchObject([{ args: ['--help'] }]);
});

test('every flag is in the help of run and in its topic', async () => {
  const run = await printed('run', '--help');
  for (const { name, topic } of optionKeys.map(optionOf)) {
    expect(run).toContain(`--${name}`);
    expect(await printed('help', topic)).toContain(`--${name}`);
  }
});

test('the examples of every topic parse', async () => {
  for (const topic of topicNames) {
    for (const [, line = ''] of (await printed('help', topic)).matchAll(/^ {2}\$ wasmctr (run [^;<>\n]*)/gm)) {
      const argv = line
        .trim()
        .split(' ')
        .filter((word) => word !== '2');
      if (argv.includes('--config') || argv.includes('--env-file')) continue;
      expect(await cli(argv), line).toMatchObject({ code: 0 });
    }
  }
});
