/** Makers of rows for the option table: they fill in what most rows share. */
import { parseSwitch, switchSchema } from './options-parse.ts';
import type { CompletionKind, JsonSchema, ListOption, Parse, ScalarOption, Topic } from './options-types.ts';

interface Common {
  name: string;
  topic: Topic;
  help: string;
  detail?: string;
  short?: string;
  completion?: CompletionKind;
  inConfig?: boolean;
  alsoKnownAs?: readonly string[];
}

interface ScalarRow<T> extends Common {
  metavar: string;
  parse: Parse<T>;
  default: NoInfer<T>;
  defaultText?: string;
  bare?: string;
  schema: JsonSchema;
}

interface ListRow<T> extends Common {
  metavar: string;
  parse: Parse<T>;
  identity?: (value: NoInfer<T>) => string;
  schema: JsonSchema;
}

function common(row: Common) {
  return {
    name: row.name,
    topic: row.topic,
    help: row.help,
    detail: row.detail ?? null,
    short: row.short ?? null,
    completion: row.completion ?? 'none',
    inConfig: row.inConfig ?? true,
    alsoKnownAs: row.alsoKnownAs ?? [],
  };
}

export function scalar<T>(row: ScalarRow<T>): ScalarOption<T> {
  return {
    kind: 'scalar',
    ...common(row),
    metavar: row.metavar,
    parse: row.parse,
    default: row.default,
    defaultText: row.defaultText ?? null,
    ...(row.bare === undefined ? {} : { bare: row.bare }),
    schema: row.schema,
  };
}

export function toggle(row: Common): ScalarOption<boolean> {
  return {
    kind: 'scalar',
    ...common(row),
    metavar: null,
    bare: true,
    parse: parseSwitch,
    default: false,
    defaultText: null,
    schema: switchSchema,
  };
}

export function list<T>(row: ListRow<T>): ListOption<T> {
  return {
    kind: 'list',
    ...common(row),
    metavar: row.metavar,
    parse: row.parse,
    identity: row.identity ?? null,
    schema: row.schema,
  };
}
