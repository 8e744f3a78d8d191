/** Options of a socket: kept by the kernel, set and read by the broker, who may. */
import type { BrokerClient } from '../kernel/broker.ts';
import type { SocketId, SocketOption } from '../kernel/broker-messages.ts';
import { done, type Outcome } from './sockets-results.ts';

export interface OptionHolder {
  broker: BrokerClient | null;
  id: SocketId;
}

/** setsockopt(2) takes an int. WASI wants larger values clamped. */
const maxValue = 2 ** 31 - 1;

export function readOption({ broker, id }: OptionHolder, option: SocketOption): Outcome<number> {
  if (broker === null) return { error: 'access-denied' };
  const { reply } = broker.ask({ kind: 'get-option', socket: id, option });
  return reply.error === undefined ? { value: reply.value ?? 0 } : { error: reply.error };
}

/** 0 is no value of any of them but of switches. */
export function writeOption({ broker, id }: OptionHolder, option: SocketOption, value: number | bigint): Outcome<null> {
  if (option !== 'keep-alive-enabled' && BigInt(value) === 0n) return { error: 'invalid-argument' };
  if (broker === null) return { error: 'access-denied' };
  const clamped = value > maxValue ? maxValue : Number(value);
  const { reply } = broker.ask({ kind: 'set-option', socket: id, option, value: clamped });
  return reply.error === undefined ? done : { error: reply.error };
}

const nsPerSecond = 1_000_000_000n;

/** Whole seconds, never none. */
export function secondsOf(durationNs: bigint): bigint {
  return (durationNs + nsPerSecond - 1n) / nsPerSecond;
}

export function durationOf(outcome: Outcome<number>): Outcome<bigint> {
  return 'error' in outcome ? outcome : { value: BigInt(outcome.value) * nsPerSecond };
}

export function bigOf(outcome: Outcome<number>): Outcome<bigint> {
  return 'error' in outcome ? outcome : { value: BigInt(outcome.value) };
}
