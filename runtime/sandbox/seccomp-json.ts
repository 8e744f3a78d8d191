/** Shapes of JSON values in a seccomp policy, with errors that name the place. */
import { WasmctrError } from '../errors.ts';
import { nearestName } from './syscalls-table.ts';

/** An object with these keys and no others. */
export function fields(
  json: unknown,
  required: readonly string[],
  optional: readonly string[],
  at: string,
): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) fail(at, 'must be an object');
  const known = [...required, ...optional];
  for (const key of Object.keys(json))
    if (!known.includes(key)) {
      const near = nearestName(key, known);
      fail(at, `unknown key ${JSON.stringify(key)}`, near ? `did you mean ${near}?` : `known: ${known.join(', ')}`);
    }
  for (const key of required) if (!Object.hasOwn(json, key)) fail(at, `lacks ${JSON.stringify(key)}`);
  return { ...json };
}

export function list(json: unknown, at: string): unknown[] {
  if (!Array.isArray(json)) fail(at, 'must be a list');
  return json;
}

export function words(json: unknown, at: string): string {
  if (typeof json !== 'string' || json.trim() === '') fail(at, 'must be a text');
  return json;
}

export function fail(at: string, problem: string, hint: string | null = null): never {
  throw new WasmctrError('usage', `seccomp policy: ${at}: ${problem}`, hint);
}
