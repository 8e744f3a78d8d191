/** Options of wasi:sockets in Linux's terms (socket(7), tcp(7), ip(7), ipv6(7)). */
import type { NetReply, SocketOption } from '../../host/kernel/broker-messages.ts';
import type { Native } from '../../native/native.ts';
import { netErrorOf } from './net-errors.ts';

const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;
const IPPROTO_IPV6 = 41;

type OptionNumbers = readonly [level: number, option: number];

/** For the broker's own use. */
export const linuxOptions: Readonly<Record<'reuseAddress' | 'error' | 'ipv6Only', OptionNumbers>> = {
  reuseAddress: [SOL_SOCKET, 2],
  error: [SOL_SOCKET, 4],
  ipv6Only: [IPPROTO_IPV6, 26],
};

const numbers: Readonly<Record<SocketOption, OptionNumbers>> = {
  'keep-alive-enabled': [SOL_SOCKET, 9],
  'keep-alive-idle-time': [IPPROTO_TCP, 4],
  'keep-alive-interval': [IPPROTO_TCP, 5],
  'keep-alive-count': [IPPROTO_TCP, 6],
  'hop-limit': [IPPROTO_IP, 2],
  'receive-buffer-size': [SOL_SOCKET, 8],
  'send-buffer-size': [SOL_SOCKET, 7],
};
const ipv6HopLimit: OptionNumbers = [IPPROTO_IPV6, 16];

/** The kernel takes no more of these; WASI would have them clamped and not refused. */
const ceilings: Readonly<Partial<Record<SocketOption, number>>> = {
  'keep-alive-idle-time': 32_767,
  'keep-alive-interval': 32_767,
  'keep-alive-count': 127,
  // Twice as much is reserved, and the number has 31 bits. net.core.[rw]mem_max is the real limit.
  'receive-buffer-size': 2 ** 30 - 1,
  'send-buffer-size': 2 ** 30 - 1,
};

interface OptionTarget {
  fd: number;
  /** Of the kernel's socket: a published one may have another than the guest's. */
  family: 4 | 6;
}

export function getOption(native: Native, target: OptionTarget, option: SocketOption): NetReply {
  const value = native.getSocketOption(target.fd, ...numbersOf(target, option));
  if (value < 0) return { error: netErrorOf(value) };
  // Linux reports the double that it reserved (socket(7)).
  return { value: isBufferSize(option) ? value / 2 : value };
}

export function setOption(native: Native, target: OptionTarget, option: SocketOption, value: number): NetReply {
  const clamped = Math.min(value, ceilings[option] ?? value);
  const result = native.setSocketOption(target.fd, ...numbersOf(target, option), clamped);
  return result < 0 ? { error: netErrorOf(result) } : {};
}

function numbersOf({ family }: OptionTarget, option: SocketOption): OptionNumbers {
  return option === 'hop-limit' && family === 6 ? ipv6HopLimit : numbers[option];
}

const isBufferSize = (option: SocketOption): boolean => option.endsWith('-buffer-size');
