/** A guest without a test is a program that nobody runs. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listGuests, root } from '../helpers/guests.ts';

const tests = globSync('test/**/*.ts', { cwd: root, exclude: ['test/helpers/**'] })
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');

it('finds guests in every language', () => {
  const languages = new Set(listGuests().map((name) => name.split('/')[0]));
  expect([...languages].sort()).toEqual(['as', 'c', 'go', 'js', 'py', 'rust', 'rust-p2', 'wat', 'wat-p2']);
});

it.each(listGuests())('%s has a test that names it', (name) => {
  // Not toContain(): its message would print every test there is.
  expect(tests.includes(`'${name}'`)).toBe(true);
});
