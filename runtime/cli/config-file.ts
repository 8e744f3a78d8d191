/** `--config FILE`: JSON with the flags' names as keys → an option source. Loaded only when the flag is given. */
import type { ErrorObject } from 'ajv';
import { WasmctrError } from '../errors.ts';
import { keyOfName, optionKeys, optionOf, type RawOptions } from '../options.ts';
import { badValue, type OptionSource, quote } from '../options-read.ts';
import { schemaErrors } from './config-validate.ts';
import { suggestName } from './flags.ts';

export function configSource(path: string, text: string): OptionSource {
  const label = (name: string) => `"${name}" in ${path}`;
  const config = parseJson(path, text);
  const errors = schemaErrors(config);
  if (errors.length > 0) throw schemaError(path, config, errors);
  const options: RawOptions & Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    if (name === '$schema' || name === 'plan') continue;
    options[keyOfName(name) ?? name] = value;
  }
  return { options, label };
}

function parseJson(path: string, text: string): object {
  let config: unknown;
  try {
    config = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const message = `bad JSON: ${path}: ${error instanceof Error ? error.message : String(error)}`;
    throw new WasmctrError('usage', message, 'expected an object such as {"timeout": "5s"}', { cause: error });
  }
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  throw new WasmctrError('usage', `bad JSON: ${path}`, 'expected an object such as {"timeout": "5s"}');
}

function schemaError(path: string, config: object, errors: readonly ErrorObject[]): WasmctrError {
  const unknown = errors.find((error) => error.keyword === 'additionalProperties' && error.instancePath === '');
  if (unknown !== undefined) return unknownKey(path, String(unknown.params.additionalProperty));
  const [error] = errors;
  const [, name = '', index] = (error?.instancePath ?? '').split('/');
  const value = (config as Record<string, unknown>)[name];
  const element = Array.isArray(value) && index !== undefined ? value[Number(index)] : value;
  return badValue(`"${name}" in ${path} ${quote(element)}`, expectedOf(name, element) ?? schemaWords(error));
}

/** The parser says better what it wants than a schema does; null when only the schema objects. */
function expectedOf(name: string, element: unknown): string | null {
  const key = keyOfName(name);
  if (key === null) return null;
  const option = optionOf(key);
  const parsed = option.parse(element);
  if ('expected' in parsed) return parsed.expected;
  return option.kind === 'list' ? 'an array' : null;
}

/** ajv says `must be string`. */
function schemaWords(error: ErrorObject | undefined): string {
  return error?.message?.replace(/^must (be |match )?/, '') ?? 'what the schema says';
}

function unknownKey(path: string, name: string): WasmctrError {
  const known = optionKeys.map(optionOf).filter((option) => option.inConfig);
  // `cpuTime` is how the library calls it.
  const kebab = name.replace(/[A-Z]|_/g, (letter) => `-${letter === '_' ? '' : letter.toLowerCase()}`);
  const suggestion = suggestName(kebab.replace(/^-+/, ''), known);
  const hint = suggestion === null ? 'its keys are the flags of wasmctr run --help' : `did you mean "${suggestion}"?`;
  return new WasmctrError('usage', `unknown key: ${quote(name)} in ${path}`, hint);
}
