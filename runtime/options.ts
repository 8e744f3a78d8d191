/** The option table: one row a flag. Parsing, help, completion and the config schema all come from it. */
import { grantOptions } from './options-files.ts';
import { limitOptions } from './options-limits.ts';
import { netOptions } from './options-net.ts';
import { outputOptions, processOptions, sandboxOptions } from './options-process.ts';
import type { AnyOption, ListKey, ListTable, OptionKey, ScalarKey, ScalarTable } from './options-types.ts';

const { listen, ...fileOptions } = grantOptions;

/** In the order of `--help`. */
export const optionTable: ScalarTable & ListTable = {
  ...fileOptions,
  ...processOptions,
  ...limitOptions,
  ...netOptions,
  listen,
  ...sandboxOptions,
  ...outputOptions,
};

export const optionKeys: readonly OptionKey[] = Object.keys(optionTable) as OptionKey[];

type Scalars = { [K in ScalarKey]?: unknown };
type Lists = { [K in ListKey]?: unknown };

/**
 * Options before they are checked: strings with units as on the command line, or JSON values. The library takes them
 * in camelCase, `--config` under the flags' names; every value is checked by its row's parser wherever it comes from.
 */
export interface RawOptions extends Scalars, Lists {
  file?: unknown;
  args?: unknown;
}

export function isOptionKey(key: string): key is OptionKey {
  return Object.hasOwn(optionTable, key);
}

/** The key of a flag's name: `cpu-time` → `cpuTime`. */
export function keyOfName(name: string): OptionKey | null {
  return optionKeys.find((key) => optionTable[key].name === name) ?? null;
}

export function optionOf(key: OptionKey): AnyOption {
  return optionTable[key];
}
