/** result<_, error-code> of wasi:sockets, as the functions store it. */
import { type NetError, netErrors } from '../kernel/broker-messages.ts';
import { returnPointer } from './canonical.ts';
import type { Lower } from './lower.ts';

/** What an operation gave: a value, or why not. */
export type Outcome<Value> = { value: Value } | { error: NetError };

export const done: Outcome<null> = { value: null };

type Memory = Pick<Lower, 'memory' | 'checkMayLeave'>;

interface Layout {
  bytes: number;
  /** Of the larger case, hence where it begins. */
  align: number;
}

/** Stores the case and, where it failed, the code; otherwise calls `store` with the value's place. */
export function storeOutcome<Value>(
  lower: Memory,
  result: number,
  { bytes, align }: Layout,
  outcome: Outcome<Value>,
  store: (value: Value, at: number) => void,
): void {
  const at = returnPointer(lower, result, bytes, align);
  const { memory } = lower;
  if ('error' in outcome) {
    memory.setU8(at, 1);
    memory.setU8(at + align, netErrors.indexOf(outcome.error));
    return;
  }
  memory.setU8(at, 0);
  store(outcome.value, at + align);
}

export function storeUnit(lower: Memory, result: number, outcome: Outcome<null>): void {
  storeOutcome(lower, result, { bytes: 2, align: 1 }, outcome, () => {});
}

export function storeU8(lower: Memory, result: number, outcome: Outcome<number>): void {
  storeOutcome(lower, result, { bytes: 2, align: 1 }, outcome, (value, at) => lower.memory.setU8(at, value));
}

export function storeU32(lower: Memory, result: number, outcome: Outcome<number>): void {
  storeOutcome(lower, result, { bytes: 8, align: 4 }, outcome, (value, at) => lower.memory.setU32(at, value));
}

export function storeU64(lower: Memory, result: number, outcome: Outcome<bigint>): void {
  storeOutcome(lower, result, { bytes: 16, align: 8 }, outcome, (value, at) => lower.memory.setU64(at, value));
}
