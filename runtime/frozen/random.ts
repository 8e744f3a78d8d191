/** Math.random for processes that are copies of one: V8 seeds its own when the isolate is made, which is too early. */
import { randomFillSync } from 'node:crypto';

/** 53 random bits, as V8's own has; from OpenSSL, which is seeded again in each copy. */
export function resetMathRandom(): void {
  const words = new Uint32Array(2);
  Math.random = (): number => {
    randomFillSync(words);
    const [high = 0, low = 0] = words;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
}
