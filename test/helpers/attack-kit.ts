/** What attack code has in its hands: the container's whole process, after lockdown. Part of the attack bundle. */
import { getSystemErrorName } from 'node:util';
import type { Delivery } from '../../native/delivery.ts';
import type { Native } from '../../native/native.ts';
import { type Arch, syscallNumber } from '../../runtime/sandbox/syscalls-table.ts';

export type Word = number | bigint | NodeJS.TypedArray;

/** native/src/test-hooks.cc */
export interface TestHooks {
  rawSyscall(nr: number, args: readonly Word[]): number;
  forkCall(nr: number, args: readonly Word[]): number;
  int80(nr: number): number;
  addressOf(bytes: NodeJS.TypedArray): bigint;
  peek(address: bigint, length: number): Uint8Array;
  call(address: bigint): void;
  setStageOrder(names: readonly string[]): void;
}

export type AttackNative = Native & TestHooks;

export interface Kit {
  /** Any system call: its result, or the name of its errno. */
  call(name: string | number, ...args: Word[]): number | string;
  /** With a NUL at its end. */
  text(text: string): Uint8Array;
  /** 64-bit words in memory. */
  words(...values: (number | bigint)[]): BigUint64Array;
  /** 32-bit words in memory. */
  ints(...values: number[]): Int32Array;
  /** Text up to the first NUL. */
  read(bytes: Uint8Array): string;
  /** Forks a child that makes one system call and ends: its pid, or the name of an errno. */
  fork(name: string, ...args: Word[]): number | string;
  /** How such a child ended: 0, the name of its errno, or its signal. */
  wait(pid: number): number | string;
  /** Opens by openat2(2), `at` a descriptor. */
  openat2(at: number, path: string, flags: number, resolve?: number): number | string;
  sleep(ms: number): void;
  /** To the network broker; -1 without one. */
  brokerFd: number;
  /** Sends a request to the broker, and waits for the answer. */
  ask(request: object): { reply: Record<string, unknown>; fd: number };
  /** Descriptors as they were sent: the module first, then listeners and preopens. */
  fds: readonly number[];
  controlFd: number;
  native: AttackNative;
}

export function makeKit(
  native: AttackNative,
  { fds, controlFd, brokerFd = -1 }: Pick<Delivery, 'fds' | 'controlFd'> & { brokerFd?: number },
): Kit {
  const number = (name: string): number => {
    const nr = syscallNumber(process.arch as Arch, name);
    if (nr === undefined) throw new Error(`no system call ${name}`);
    return nr;
  };
  const call = (name: string | number, ...args: Word[]): number | string =>
    named(native.rawSyscall(typeof name === 'number' ? name : number(name), args));
  const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);
  const words = (...values: (number | bigint)[]): BigUint64Array =>
    BigUint64Array.from(values, (value) => BigInt.asUintN(64, BigInt(value)));
  return {
    call,
    text,
    words,
    ints: (...values) => Int32Array.from(values),
    read: (bytes) => new TextDecoder('latin1').decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0)))),
    fork: (name, ...args) => named(native.forkCall(number(name), args)),
    wait: (pid) => {
      const status = Int32Array.of(0);
      const reaped = call('wait4', pid, status, 0, 0);
      if (typeof reaped === 'string') return reaped;
      const value = status[0] ?? 0;
      if ((value & 0x7f) !== 0) return `signal ${value & 0x7f}`;
      return value >> 8 === 0 ? 0 : errnoText(value >> 8);
    },
    openat2: (at, path, flags, resolve = 0) => call('openat2', at, text(path), words(flags, 0, resolve), 24),
    sleep: (ms) => {
      call('ppoll', 0, 0, words(Math.floor(ms / 1000), (ms % 1000) * 1_000_000), 0, 0);
    },
    ask: (request) => askBroker(native, brokerFd, request),
    fds,
    brokerFd,
    controlFd,
    native,
  };
}

function askBroker(
  native: AttackNative,
  channel: number,
  request: object,
): { reply: Record<string, unknown>; fd: number } {
  native.sendMessage(channel, new TextEncoder().encode(JSON.stringify({ id: 1, ...request })));
  const pollfds = new DataView(new ArrayBuffer(8));
  pollfds.setInt32(0, channel, true);
  pollfds.setInt16(4, 1, true); // POLLIN
  native.poll(pollfds.buffer, 1, -1);
  const message = native.receiveDescriptor(channel);
  if (!message) throw new Error('the broker is gone');
  return { reply: JSON.parse(new TextDecoder().decode(message.bytes)), fd: message.fd };
}

/** The kernel's last 4095 values are errors. */
function named(result: number): number | string {
  return result < 0 && result > -4096 ? errnoText(-result) : result;
}

/** getSystemErrorName() knows those that libuv names. */
function errnoText(errno: number): string {
  const name = getSystemErrorName(-errno);
  return name.startsWith('Unknown') ? (others[errno] ?? `errno ${errno}`) : name;
}

const others: Readonly<Record<number, string>> = { 126: 'ENOKEY', 130: 'EOWNERDEAD', 40: 'ELOOP', 37: 'ENOLCK' };
