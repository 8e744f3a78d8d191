/** Shapes of the option table: what an option is, its raw forms, and its parsed values. */
import type { DirSpec, ListenSpec, NetRule, NetSpec, PublishSpec, TmpfsSpec } from './spec.ts';

/** A parser's answer: the value, or what it must be, to follow the word "expected". */
export type Parsed<T> = { value: T } | { expected: string };
export type Parse<T> = (raw: unknown) => Parsed<T>;

export type JsonSchema = { readonly [keyword: string]: unknown };

export const topics = ['files', 'process', 'limits', 'network', 'sandbox', 'output'] as const;
export type Topic = (typeof topics)[number];

/** What a shell offers after the flag. */
export type CompletionKind = 'none' | 'file' | 'directory' | readonly string[];

/** A variable for the guest; a null value takes the caller's, or leaves it out when the caller has none. */
export interface EnvEntry {
  name: string;
  value: string | null;
}

interface OptionBase {
  /** Without dashes; the key in `--config` too. */
  name: string;
  short: string | null;
  /** null: a switch. */
  metavar: string | null;
  /** The raw value when the flag stands alone; absent: the flag takes the next argument. */
  bare?: true | string;
  topic: Topic;
  /** One line for `--help`. */
  help: string;
  /** More for `wasmctr help TOPIC`. */
  detail: string | null;
  completion: CompletionKind;
  /** Of one value, in `--config`. */
  schema: JsonSchema;
  /** False: only on the command line. */
  inConfig: boolean;
  /** How other tools spell it, for suggestions only. */
  alsoKnownAs: readonly string[];
}

export interface ScalarOption<T> extends OptionBase {
  kind: 'scalar';
  parse: Parse<T>;
  default: T;
  /** The default in the words a user would write; null: there is none to show. */
  defaultText: string | null;
}

export interface ListOption<T> extends OptionBase {
  kind: 'list';
  /** Of one element. */
  parse: Parse<T>;
  /** What may be given once in a source, and is replaced by a later source: `guest path /data`. null: anything goes. */
  identity: ((value: T) => string) | null;
}

export interface ScalarValues {
  workdir: string | null;
  argv0: string | null;
  invoke: string | null;
  importsFd: number | null;
  unknownImports: 'error' | 'trap';
  warm: boolean;
  noWarm: boolean;
  timeout: number | null;
  cpuTime: number | null;
  memory: number;
  cpus: number | null;
  cpuWeight: number | null;
  cpuset: string | null;
  pids: number;
  ioRead: number | null;
  ioWrite: number | null;
  maxFiles: number;
  maxOutput: number;
  maxDisk: number;
  net: NetSpec['mode'];
  maxConnections: number | null;
  maxTraffic: number | null;
  tlsCa: string | null;
  seccomp: string | object | null;
  bestEffort: boolean;
  strace: boolean;
  stats: 'text' | 'json' | null;
  statsFile: string | null;
  printPlan: boolean;
  config: string | null;
  help: boolean;
}

export interface ListValues {
  dir: DirSpec;
  volume: DirSpec;
  tmpfs: TmpfsSpec;
  env: EnvEntry;
  envFile: string;
  listen: ListenSpec;
  allowNet: NetRule;
  publish: PublishSpec;
  seccompAllow: string;
}

export type ScalarTable = { readonly [K in keyof ScalarValues]: ScalarOption<ScalarValues[K]> };
export type ListTable = { readonly [K in keyof ListValues]: ListOption<ListValues[K]> };
export type ScalarKey = keyof ScalarValues;
export type ListKey = keyof ListValues;
export type OptionKey = ScalarKey | ListKey;
export type AnyOption = ScalarTable[ScalarKey] | ListTable[ListKey];
