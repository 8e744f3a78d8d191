/** One of many processes that use one cache: writes and reads the same few entries for a while, and fails on any other bytes. */
import { closeSync, readSync } from 'node:fs';
import { loadNative } from '../../native/load.ts';
import { openStore } from '../../runtime/components/store.ts';

const [, , folder = '', rounds = '0'] = process.argv;
const native = loadNative();
/** Three entries fit: the fourth drives another one out. */
const artefactBytes = 10_000;
const store = openStore(native, { folder, maxBytes: 3.5 * artefactBytes });
let hits = 0;
for (let round = 0; round < Number(rounds); round++) {
  const fill = (round + process.pid) % 4;
  const key = native.digestBytes(new Uint8Array([fill]));
  await store.put('component', key, new Uint8Array(artefactBytes).fill(fill));
  const found = await store.get('component', native.digestBytes(new Uint8Array([(fill + 1) % 4])));
  if (found === null) continue;
  const bytes = Buffer.alloc(found.bytes);
  readSync(found.fd, bytes, 0, bytes.length, 0);
  closeSync(found.fd);
  if (bytes.length !== artefactBytes || bytes.some((byte) => byte !== (fill + 1) % 4)) throw new Error('other bytes');
  hits++;
}
store.close();
process.stdout.write(`${hits}\n`);
