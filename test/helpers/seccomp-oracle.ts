/**
 * Evaluates the JSON of a seccomp policy directly, for one call with its arguments. Written from the format's
 * description, with its own tables: it must not agree with the compiler by sharing a mistake.
 */

export type JsonPolicy = { calls: { name: string; when?: Record<string, unknown>[] }[] };

/** From the man pages: argument → register, and how many bits the kernel's prototype takes. */
const registers: Record<string, Record<string, [number, 32 | 64]>> = {
  mmap: { addr: [0, 64], length: [1, 64], prot: [2, 64], flags: [3, 64] },
  mprotect: { addr: [0, 64], len: [1, 64], prot: [2, 64] },
  madvise: { addr: [0, 64], length: [1, 64], advice: [2, 32] },
  futex: { uaddr: [0, 64], op: [1, 32], val: [2, 32] },
  getrandom: { buf: [0, 64], buflen: [1, 64], flags: [2, 32] },
  clock_gettime: { clockid: [0, 32] },
  newfstatat: { dirfd: [0, 32], flags: [3, 32] },
  preadv2: { flags: [5, 32] },
  pwritev2: { flags: [5, 32] },
  fallocate: { fd: [0, 32], mode: [1, 32] },
  lseek: { fd: [0, 32], offset: [1, 64], whence: [2, 32] },
  fcntl: { fd: [0, 32], cmd: [1, 32], arg: [2, 64] },
  openat2: { dirfd: [0, 32], size: [3, 64] },
  mkdirat: { dirfd: [0, 32] },
  unlinkat: { dirfd: [0, 32], flags: [2, 32] },
  renameat2: { olddirfd: [0, 32], newdirfd: [2, 32], flags: [4, 32] },
  linkat: { olddirfd: [0, 32], newdirfd: [2, 32], flags: [4, 32] },
  symlinkat: { newdirfd: [1, 32] },
  readlinkat: { dirfd: [0, 32] },
  utimensat: { dirfd: [0, 32], pathname: [1, 64], flags: [3, 32] },
  accept4: { sockfd: [0, 32], flags: [3, 32] },
  recvmsg: { sockfd: [0, 32], flags: [2, 32] },
  sendmsg: { sockfd: [0, 32], flags: [2, 32] },
  shutdown: { sockfd: [0, 32], how: [1, 32] },
  getsockopt: { sockfd: [0, 32], level: [1, 32], optname: [2, 32] },
};

/** As the headers write them: octal for O_*, hexadecimal for AT_*, decimal for MADV_*. */
const values: Record<string, number> = {
  PROT_READ: 0x1,
  PROT_WRITE: 0x2,
  PROT_EXEC: 0x4,
  MAP_PRIVATE: 0x02,
  MAP_FIXED: 0x10,
  MAP_ANONYMOUS: 0x20,
  MAP_NORESERVE: 0x04000,
  MADV_DONTNEED: 4,
  MADV_FREE: 8,
  MADV_DONTFORK: 10,
  FUTEX_WAIT_PRIVATE: 0 | 128,
  FUTEX_WAKE_PRIVATE: 1 | 128,
  FUTEX_WAIT_BITSET_PRIVATE: 9 | 128,
  FUTEX_CLOCK_REALTIME: 256,
  GRND_NONBLOCK: 0x0001,
  CLOCK_REALTIME: 0,
  CLOCK_MONOTONIC: 1,
  CLOCK_PROCESS_CPUTIME_ID: 2,
  CLOCK_THREAD_CPUTIME_ID: 3,
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_EMPTY_PATH: 0x1000,
  SEEK_SET: 0,
  SEEK_CUR: 1,
  SEEK_END: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  O_WRONLY: 0o1,
  O_RDWR: 0o2,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_DSYNC: 0o10000,
  O_SYNC: 0o4010000,
  O_NOCTTY: 0o400,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_TYPE: 3,
  SO_ERROR: 4,
  SO_ACCEPTCONN: 30,
  MSG_PEEK: 2,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_WAITALL: 0x100,
  MSG_NOSIGNAL: 0x4000,
  MSG_CMSG_CLOEXEC: 0x40000000,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
};

export class Oracle {
  readonly #policies: readonly JsonPolicy[];
  readonly #parameters: Readonly<Record<string, bigint>>;

  /** A call is allowed when any of the policies allows it. */
  constructor(policies: readonly JsonPolicy[], parameters: Readonly<Record<string, bigint>> = {}) {
    this.#policies = policies;
    this.#parameters = parameters;
  }

  allows(name: string, args: readonly bigint[]): boolean {
    return this.#policies.some((policy) =>
      policy.calls.some(
        (call) => call.name === name && (!call.when || call.when.some((all) => this.#holds(name, all, args))),
      ),
    );
  }

  /** Which registers the policies look at for this call. */
  checked(name: string): number[] {
    const tests = this.#policies.flatMap((p) => p.calls.filter((c) => c.name === name).flatMap((c) => c.when ?? []));
    const named = tests.flatMap((all) => Object.entries(all).flatMap(([arg, test]) => [arg, lengthOf(test)]));
    return [...new Set(named.filter((arg) => arg !== null).map((arg) => register(name, arg)[0]))];
  }

  /** Every number that stands in the rules for this call, and its neighbours' most telling relatives. */
  values(name: string): bigint[] {
    const rules = JSON.stringify(this.#policies.map((p) => p.calls.filter((c) => c.name === name).map((c) => c.when)));
    const texts = [...rules.matchAll(/"((?:[A-Z]|\$|0x)[^"]*)"|:(\d+)/g)].map((m) => m[1] ?? m[2] ?? '');
    return texts.filter((text) => text.startsWith('$') || /^[A-Z0-9]/.test(text)).map((text) => this.#value(text));
  }

  #holds(name: string, all: Record<string, unknown>, args: readonly bigint[]): boolean {
    return Object.entries(all).every(([arg, json]) => {
      const [index, bits] = register(name, arg);
      const value = BigInt.asUintN(bits, args[index] ?? 0n);
      const tests = Array.isArray(json) ? json : [json];
      return tests.every((test) => this.#passes(name, test, value, args));
    });
  }

  #passes(name: string, test: unknown, value: bigint, args: readonly bigint[]): boolean {
    if (test === 'descriptor') return BigInt.asIntN(32, value) >= 0n;
    const { equals, optional, mask, onlyBits, in: set, within, length } = test as Record<string, unknown>;
    if (Array.isArray(set)) return set.some((member) => this.#value(member) === value);
    if (onlyBits !== undefined) return (value | this.#value(onlyBits)) === this.#value(onlyBits);
    if (optional !== undefined)
      return (value | this.#value(optional)) === (this.#value(equals) | this.#value(optional));
    if (mask !== undefined) return (value & this.#value(mask)) === this.#value(equals);
    if (equals !== undefined) return value === this.#value(equals);
    if (!Array.isArray(within)) throw new Error(`unknown test ${JSON.stringify(test)}`);
    const [start = 0n, end = 0n] = within.map((bound) => this.#value(bound));
    if (typeof length !== 'string') return value >= start && value < end;
    const size = args[register(name, length)[0]] ?? 0n;
    return value >= start && value + size <= end && size < 1n << 32n;
  }

  #value(json: unknown): bigint {
    const words = String(json).split('|');
    return words.reduce((sum, word) => {
      const named = word.startsWith('$') ? this.#parameters[word.slice(1)] : values[word];
      return sum | (named === undefined ? BigInt(word) : BigInt(named));
    }, 0n);
  }
}

function lengthOf(test: unknown): string | null {
  return typeof test === 'object' && test !== null && 'length' in test ? String(test.length) : null;
}

function register(name: string, arg: string): [number, 32 | 64] {
  const known = registers[name]?.[arg];
  if (!known) throw new Error(`the oracle does not know ${name}.${arg}`);
  return known;
}
