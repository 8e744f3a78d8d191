/** wasi:random/random, insecure and insecure-seed: all from the kernel, since forks share every generator in user space. */
import type { RandomInsecure, RandomInsecureSeed, RandomRandom } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { type Lower, trap } from './lower.ts';

/** Attack: a request for 2^63 bytes. Wasmtime's ceiling is the same. */
const maxRandomBytes = 64n << 20n;

/** list<u8> at `result`, filled in place. */
function randomBytes({ native }: Context) {
  return (lower: Lower) =>
    (length: bigint, result: number): void => {
      const at = returnPointer(lower, result, 8, 4);
      const wanted = BigInt.asUintN(64, length);
      if (wanted > maxRandomBytes) trap(`more than ${maxRandomBytes} random bytes at once`);
      const bytes = Number(wanted);
      const list = bytes === 0 ? 1 : lower.allocate(bytes, 1);
      native.random(lower.memory.buffer, list, bytes);
      lower.memory.setU32(at, list);
      lower.memory.setU32(at + 4, bytes);
    };
}

function randomU64({ native }: Context) {
  const words = new BigUint64Array(1);
  return (lower: Lower) => (): bigint => {
    lower.checkMayLeave();
    native.random(words.buffer, 0, 8);
    return words[0] ?? 0n;
  };
}

export function randomRandom(context: Context): RandomRandom {
  const u64 = randomU64(context);
  return { 'get-random-bytes': randomBytes(context), 'get-random-u64': u64 };
}

export function randomInsecure(context: Context): RandomInsecure {
  const u64 = randomU64(context);
  return { 'get-insecure-random-bytes': randomBytes(context), 'get-insecure-random-u64': u64 };
}

export function randomInsecureSeed({ native }: Context): RandomInsecureSeed {
  return {
    /** tuple<u64, u64> */
    'insecure-seed': (lower) => (result) => {
      const at = returnPointer(lower, result, 16, 8);
      native.random(lower.memory.buffer, at, 16);
    },
  };
}
