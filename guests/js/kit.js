// A library for --invoke and for imports of an embedder's. world: kit-library
import { Bucket, get, keep, longest, nested, put } from 'test:guest/store';
import ask from 'ask';

export const add = (a, b) => (a + b) >>> 0;

export const askTwice = (question) => ask(ask(question));

export const kit = {
  echo: (p, q, r, s) => [p, q, r, s],
  numbers: (a, b, c, d, e, f) => [a, b, c, d, e, f],
  nested: (a, b, c, d) => [a, b, c, d],
  divide(a, b) {
    if (b === 0) throw 'division by zero';
    return Math.trunc(a / b);
  },
  check(ok) {
    if (!ok) throw undefined;
  },
  repeat: (text, times) => text.repeat(times),
  tally(id) {
    const item = attempt(() => get(id));
    attempt(() => put({ ...item, data: Uint8Array.of(...item.data, 7) }));
    return `${item.name} ${item.data.length} ${item.at?.x}`;
  },
  pass: () => JSON.stringify(nested({ tag: 'some', val: undefined }, { tag: 'err', val: 'x' }, ['dark-blue'])),
  buckets() {
    const a = new Bucket('a');
    const b = Bucket.open('bb');
    const c = a.merge(b);
    const all = [a, b, c].map((bucket) => bucket.name());
    const which = longest([a, b, c]);
    keep(c);
    a[Symbol.dispose]();
    return [...all, String(which)];
  },
  hold(count) {
    const held = [];
    for (let index = 0; index < count; index++) held.push(new Bucket(String(index)));
    return held.length;
  },
  Counter: class {
    next() {
      return 0;
    }
  },
};

/** An error of the store's becomes one of ours. */
function attempt(call) {
  try {
    return call();
  } catch (error) {
    throw JSON.stringify(error.payload ?? String(error));
  }
}
