/**
 * The flags of `run` → raw options. By hand because it stands before every start: commander takes 7 ms to load and
 * node:util's parseArgs 0.8 ms to run once; a test compares this with the latter.
 */
import { WasmctrError } from '../errors.ts';
import { keyOfName, optionKeys, optionOf, type RawOptions } from '../options.ts';
import type { AnyOption, OptionKey } from '../options-types.ts';
import { nearest } from './suggest.ts';

/** Flags that were read so far, and the order of those that can be repeated. */
interface FlagsRead {
  raw: RawOptions & Record<string, unknown>;
  order: OptionKey[];
  own: OwnFlags;
}

/** Flags with a value that a command has beside those of `run`: null until they are given. */
export type OwnFlags = Record<string, string | null>;

/** Flags stop at FILE: what follows is the guest's, whatever it looks like. Fills in `order` (see OptionSource) and `own`. */
export function parseFlags(argv: readonly string[], order: OptionKey[] = [], own: OwnFlags = {}): RawOptions {
  const raw: FlagsRead['raw'] = {};
  const read: FlagsRead = { raw, order, own };
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') {
      index++;
      break;
    }
    if (word === '-' || !word.startsWith('-')) break;
    index = word.startsWith('--') ? longFlag(read, argv, index) : shortFlags(read, argv, index);
  }
  const [file, ...args] = argv.slice(index);
  if (file !== undefined) raw.file = file;
  // No arguments on the command line leaves those of --config.
  if (args.length > 0) raw.args = args;
  return raw;
}

/** `--name`, `--name VALUE` or `--name=VALUE`; the index of the last word taken. */
function longFlag(read: FlagsRead, argv: readonly string[], index: number): number {
  const word = argv[index] ?? '';
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  if (Object.hasOwn(read.own, name)) {
    read.own[name] = equals < 0 ? wordAfter(argv, index, 'FILE') : word.slice(equals + 1);
    return equals < 0 ? index + 1 : index;
  }
  const key = keyOfName(name);
  if (key === null) throw unknownFlag(equals < 0 ? word : word.slice(0, equals), name);
  const { bare } = optionOf(key);
  if (equals >= 0) store(read, key, word.slice(equals + 1));
  else if (bare !== undefined) store(read, key, bare);
  else return nextWord(read, key, argv, index);
  return index;
}

/** `-v VALUE`, `-vVALUE`, `-h`, and switches in one word, as getopt(3). */
function shortFlags(read: FlagsRead, argv: readonly string[], index: number): number {
  const word = argv[index] ?? '';
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const key = optionKeys.find((candidate) => optionOf(candidate).short === letter);
    if (key === undefined) throw unknownFlag(`-${letter}`, letter);
    const { bare } = optionOf(key);
    if (bare !== undefined) {
      store(read, key, bare);
      continue;
    }
    if (at + 1 === word.length) return nextWord(read, key, argv, index);
    store(read, key, word.slice(at + 1));
    break;
  }
  return index;
}

/** Whatever it looks like: POSIX's option-arguments may start with a dash. */
function nextWord(read: FlagsRead, key: OptionKey, argv: readonly string[], index: number): number {
  store(read, key, wordAfter(argv, index, optionOf(key).metavar ?? 'VALUE'));
  return index + 1;
}

function wordAfter(argv: readonly string[], index: number, metavar: string): string {
  const value = argv[index + 1];
  if (value !== undefined) return value;
  throw new WasmctrError('usage', `no value: ${argv[index]}`, `expected ${argv[index]} ${metavar}`);
}

function store({ raw, order }: FlagsRead, key: OptionKey, value: string | true): void {
  const list = raw[key];
  if (optionOf(key).kind === 'scalar') {
    raw[key] = value;
    return;
  }
  order.push(key);
  if (Array.isArray(list)) list.push(value);
  else raw[key] = [value];
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
