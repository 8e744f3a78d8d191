/**
 * Random calls of every import with random handles, numbers and addresses: nothing but a trap is thrown, and no
 * descriptor stays behind. The files' own are in filesystem-fuzz.test.ts, with arguments that get further.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { root } from '../../helpers/guests.ts';
import { Guest } from './guest.ts';

interface Import {
  interfaceName: string;
  name: string;
  /** `number` or `bigint` each. */
  parameters: readonly string[];
}

/** From the generated types, which are all that names the parameters. */
function readImports(): Import[] {
  const text = readFileSync(join(root, 'host/p2/abi.generated.ts'), 'utf8');
  return [...text.matchAll(/^\/\*\* (wasi:\S+) \*\/\nexport interface \w+ \{\n([\s\S]*?)^\}/gm)].flatMap(
    ([, interfaceName = '', body = '']) =>
      [...body.matchAll(/^ {2}'?([^':]+(?:\][^':]+)?)'?: Lowered<[\s\S]*?\(([^)]*)\) => /gm)].map(
        ([, name = '', parameters = '']) => ({
          interfaceName,
          name,
          parameters: [...parameters.matchAll(/\w+: (\w+)/g)].map(([, type = '']) => type),
        }),
      ),
  );
}

/** They would wait for ever, end the process, or read and write what is the test's own. */
const left = /^(\[method\]pollable\.block|poll|subscribe-.*|exit.*|get-std.*|get-directories)$/;
const isOurs = ({ name }: Import): boolean => !left.test(name);
const timers = 'wasi:clocks/monotonic-clock';

const small = fc.integer({ min: 0, max: 8 });
const address = fc.integer({ min: 0x20, max: 0x1000 }).map((at) => at * 8);
const odd = fc.oneof(fc.constantFrom(-1, -8, 0x4000_0001, 0x7fff_ffff, 0x3f_fffc), fc.integer());
const number = fc.oneof(
  { weight: 6, arbitrary: small },
  { weight: 5, arbitrary: address },
  { weight: 1, arbitrary: odd },
);
const bigint = fc.oneof(
  fc.bigInt({ min: 0n, max: 70_000n }),
  fc.constantFrom(-1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

const imports = readImports().filter(isOurs);
const call = fc
  .constantFrom(...imports)
  .chain(({ interfaceName, name, parameters }) =>
    fc
      .tuple(...parameters.map((type): fc.Arbitrary<number | bigint> => (type === 'bigint' ? bigint : number)))
      .map((args) => ({ interfaceName, name, args })),
  );

function onlyTraps(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  }
}

test('the types name every import', () => {
  expect(imports.length).toBeGreaterThan(140);
  expect(imports.find(({ name }) => name === '[method]input-stream.read')?.parameters).toEqual([
    'number',
    'bigint',
    'number',
  ]);
});

test('random calls', { timeout: 60_000 }, () => {
  const before = readdirSync('/proc/self/fd').length;
  fc.assert(
    fc.property(fc.array(call, { minLength: 20, maxLength: 200 }), (calls) => {
      const guest = new Guest();
      try {
        // Something that handles may mean.
        for (let count = 0; count < 3; count++) guest.call(timers, 'subscribe-duration', 0n);
        for (let at = 0x100; at < 0x8000; at += 4) guest.view().setUint32(at, (at * 7) % 37, true);
        for (const { interfaceName, name, args } of calls) onlyTraps(() => guest.call(interfaceName, name, ...args));
      } finally {
        guest.close();
      }
    }),
    // Time-boxed; a counterexample is printed with its seed.
    { numRuns: 400, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
  );
  expect(readdirSync('/proc/self/fd').length).toBe(before);
});
