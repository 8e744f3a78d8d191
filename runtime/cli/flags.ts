/** The flags of `run` → raw options, by node:util's parseArgs: commander takes 7 ms to load and is kept for the rest. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WasmctrError } from '../errors.ts';
import { keyOfName, optionKeys, optionOf, type RawOptions } from '../options.ts';
import type { AnyOption } from '../options-types.ts';
import { nearest } from './suggest.ts';

/** Flags stop at FILE: what follows is the guest's, whatever it looks like. */
export function parseFlags(argv: readonly string[]): RawOptions {
  const { tokens } = parseArgs({
    args: untilFile(argv),
    options: parserOptions(),
    // Strict mode would judge what follows FILE too, and its errors can't suggest anything.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const raw: RawOptions & Record<string, unknown> = {};
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      raw.file = token.value;
      const rest = argv.slice(token.index + 1);
      // No arguments on the command line leaves those of --config.
      if (rest.length > 0) raw.args = rest;
      break;
    }
    store(raw, token);
  }
  return raw;
}

/**
 * Of two neighbours that are no flags the second can't be a flag's value, so FILE is among them or before; what comes
 * after is not parsed. Otherwise a guest with 100 000 arguments would wait for them.
 */
function untilFile(argv: readonly string[]): string[] {
  const isWord = (arg: string | undefined) => arg === '-' || arg?.startsWith('-') === false;
  const end = argv.findIndex((arg, index) => isWord(arg) && isWord(argv[index + 1]));
  return end < 0 ? [...argv] : argv.slice(0, end + 2);
}

function parserOptions(): NonNullable<ParseArgsConfig['options']> {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const key of optionKeys) {
    const { name, short, bare } = optionOf(key);
    options[name] = { type: bare === undefined ? 'string' : 'boolean', ...(short === null ? {} : { short }) };
  }
  return options;
}

interface OptionToken {
  name: string;
  rawName: string;
  value: string | boolean | undefined;
}

function store(raw: Record<string, unknown>, { name, rawName, value }: OptionToken): void {
  const key = keyOfName(name);
  if (key === null) throw unknownFlag(rawName, name);
  const option = optionOf(key);
  const given = value ?? option.bare;
  if (given === undefined) {
    throw new WasmctrError('usage', `no value: ${rawName}`, `expected ${rawName} ${option.metavar}`);
  }
  if (option.kind === 'scalar') {
    raw[key] = given;
    return;
  }
  const list = raw[key];
  if (Array.isArray(list)) list.push(given);
  else raw[key] = [given];
}

function unknownFlag(rawName: string, name: string): WasmctrError {
  return new WasmctrError('usage', `unknown flag: ${rawName}`, suggestFlag(name));
}

/** For a wrong name of a flag or config key; other tools' names lead to ours. */
export function suggestName(name: string, options: readonly AnyOption[]): string | null {
  const foreign = options.find((option) => option.alsoKnownAs.includes(name));
  if (foreign !== undefined) return foreign.name;
  return nearest(
    name,
    options.map((option) => option.name),
  );
}

function suggestFlag(name: string): string {
  const suggestion = suggestName(name, optionKeys.map(optionOf));
  return suggestion === null ? 'see wasmctr run --help' : `did you mean --${suggestion}?`;
}
