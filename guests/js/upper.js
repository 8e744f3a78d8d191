// Writes the file that its first argument names in upper case to the one that its second argument names.
import { getArguments } from 'wasi:cli/environment@0.2.12';
import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';

export const run = {
  run() {
    const [, from, to] = getArguments();
    const [[root]] = getDirectories();
    const source = root.openAt({}, from, {}, { read: true });
    const [bytes] = source.read(BigInt(1 << 20), 0n);
    const target = root.openAt({}, to, { create: true, truncate: true }, { write: true });
    const text = new TextEncoder().encode(new TextDecoder().decode(bytes).toUpperCase());
    target.writeViaStream(0n).blockingWriteAndFlush(text);
  },
};
