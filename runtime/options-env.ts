/** Parsers of `--env` and of Docker's env-file format. */
import type { EnvEntry, Parsed } from './options-types.ts';

/** `K=V`, or `K` for the caller's value. */
export function parseEnv(raw: unknown): Parsed<EnvEntry> {
  if (typeof raw !== 'string' || raw === '') return { expected: 'NAME=VALUE, or NAME for the value it has here' };
  if (raw.includes('\0')) return { expected: 'a variable without NUL characters' };
  const equals = raw.indexOf('=');
  if (equals === 0) return { expected: 'a name before "="' };
  if (equals < 0) return { value: { name: raw, value: null } };
  return { value: { name: raw.slice(0, equals), value: raw.slice(equals + 1) } };
}

/**
 * Docker's rules: a line is `K=V` or `K`; blank lines and lines that start with # are skipped; leading white space goes,
 * the rest of the line is the value as it stands, quotes included. Answers with the first bad line instead of a guess.
 */
export function parseEnvFile(text: string): Parsed<EnvEntry[]> {
  const entries: EnvEntry[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const parsed = parseEnv(trimmed);
    if ('expected' in parsed) return { expected: `${parsed.expected} in line ${index + 1}` };
    if (/\s/.test(parsed.value.name)) return { expected: `a name without spaces in line ${index + 1}` };
    entries.push(parsed.value);
  }
  return { value: entries };
}
