/** Reads values out of option sources through the table's parsers, and says which option was wrong. */
import { WasmctrError } from './errors.ts';
import { isOptionKey, optionTable, type RawOptions } from './options.ts';
import type {
  ListKey,
  ListOption,
  ListTable,
  ListValues,
  OptionKey,
  Parsed,
  ScalarKey,
  ScalarOption,
  ScalarTable,
  ScalarValues,
} from './options-types.ts';

const scalars: ScalarTable = optionTable;
const lists: ListTable = optionTable;

/** Where options come from, and how one of them is called in an error: `--timeout`, `"timeout" in app.json`. */
export interface OptionSource {
  options: RawOptions;
  label(name: string): string;
  /** Keys of the lists' elements as they were given, one after another; absent: list by list. */
  order?: readonly OptionKey[];
}

/** Identity → the value that has it now; shared by options that must not collide. */
export type Seen = Map<string, { rank: number; text: string; value: unknown }>;

/** All sources of one scalar, the last one wins. What it replaces is checked too: a mistake should not wait for its day. */
export function scalar<K extends ScalarKey>(sources: readonly OptionSource[], key: K): ScalarValues[K] {
  const option: ScalarOption<ScalarValues[K]> = scalars[key];
  let value = option.default;
  for (const source of sources) {
    const raw = source.options[key];
    if (raw !== undefined) value = parsed(source, option.name, raw, option.parse(raw));
  }
  return value;
}

/** All sources of one list. An identity twice in a source is an error; a later source replaces an earlier one's (see `kept`). */
export function list<K extends ListKey>(sources: readonly OptionSource[], key: K, seen: Seen): ListValues[K][] {
  const option: ListOption<ListValues[K]> = lists[key];
  const values: ListValues[K][] = [];
  for (const [rank, source] of sources.entries()) {
    for (const raw of elements(source, key)) {
      const value = parsed(source, option.name, raw, option.parse(raw));
      values.push(value);
      if (option.identity === null) continue;
      const identity = option.identity(value);
      const other = seen.get(identity);
      const text = describe(source, option.name, raw);
      if (other?.rank === rank) {
        throw new WasmctrError('usage', `duplicate ${identity}: ${text}`, `${other.text} gives it already`);
      }
      if (other === undefined || other.rank < rank) seen.set(identity, { rank, text, value });
    }
  }
  return values;
}

/** Those that no later source replaced. */
export function kept<K extends ListKey>(key: K, values: readonly ListValues[K][], seen: Seen): ListValues[K][] {
  const option: ListOption<ListValues[K]> = lists[key];
  return values.filter((value) => option.identity === null || seen.get(option.identity(value))?.value === value);
}

function elements(source: OptionSource, key: ListKey): readonly unknown[] {
  const raw = source.options[key];
  if (raw === undefined) return [];
  if (Array.isArray(raw)) return raw;
  if (key === 'env' && typeof raw === 'object' && raw !== null) return variables(source, raw);
  throw badValue(describe(source, optionTable[key].name, raw), 'an array');
}

/** `{"NAME": "value", "INHERITED": null}`. */
function variables(source: OptionSource, raw: object): string[] {
  return Object.entries(raw).map(([name, value]: [string, unknown]) => {
    if (name === '' || name.includes('=')) {
      throw badValue(describe(source, 'env', name), 'a name without "="');
    }
    if (value === null) return name;
    if (typeof value === 'string') return `${name}=${value}`;
    throw badValue(describe(source, 'env', { [name]: value }), 'text, or null for the value it has here');
  });
}

export function checkKeys(source: OptionSource): void {
  for (const key of Object.keys(source.options)) {
    // --config and --help belong to a command line; here they would be ignored without a word.
    if (key === 'file' || key === 'args' || (isOptionKey(key) && optionTable[key].inConfig)) continue;
    throw new WasmctrError('usage', `unknown option: ${source.label(key)}`, 'see wasmctr run --help');
  }
}

function parsed<T>(source: OptionSource, name: string, raw: unknown, answer: Parsed<T>): T {
  if ('value' in answer) return answer.value;
  throw badValue(describe(source, name, raw), answer.expected);
}

export function checked<T>(label: string, answer: Parsed<T>): T {
  if ('value' in answer) return answer.value;
  throw badValue(label, answer.expected);
}

export function badValue(label: string, expected: string): WasmctrError {
  return new WasmctrError('usage', `bad value: ${label}`, `expected ${expected}`);
}

function describe(source: OptionSource, name: string, raw: unknown): string {
  return `${source.label(name)} ${quote(raw)}`;
}

/** As JSON, so that quotes, NULs and types show; cut, because an argument can be megabytes. */
export function quote(raw: unknown): string {
  const text = typeof raw === 'string' ? JSON.stringify(raw.slice(0, 80)) : (jsonOf(raw) ?? typeof raw);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** Options of the library can hold what JSON can't: a BigInt, a cycle. */
function jsonOf(raw: unknown): string | undefined {
  try {
    return JSON.stringify(raw);
  } catch {
    return undefined;
  }
}
