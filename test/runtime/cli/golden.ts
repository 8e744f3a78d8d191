/** Compares text with a file of test/golden/cli; UPDATE_GOLDEN=1 rewrites it, and the review of the change is the test. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

export function expectGolden(name: string, text: string): void {
  const path = new URL(`../../golden/cli/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
