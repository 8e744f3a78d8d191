/** Inside the container of the tool process: reads a component, transpiles it, writes its pack to stdout. */
import { writeSync } from 'node:fs';
import type { GuestConfig, GuestMessage } from '../../host/config.ts';
import { GuestFailure } from '../../host/failure.ts';
import type { Delivery } from '../../native/delivery.ts';
import type { Native } from '../../native/native.ts';
import { glueCode, plainGlue } from './glue.ts';
import { writePack } from './pack.ts';
import { transpile } from './transpile.ts';

const stdoutFd = 1;
const noIo = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };

/** Ends the process; like a guest's, its last message is the result. */
export function packInContainer(native: Native, { controlFd, config, fds }: Delivery): never {
  const { moduleFd, moduleBytes } = JSON.parse(new TextDecoder().decode(config)) as GuestConfig;
  const finish = (message: GuestMessage): never =>
    native.exitNow(native.sendMessage(controlFd, new TextEncoder().encode(JSON.stringify(message))) ? 0 : 1);
  try {
    const { outline, glue: module, modules, types } = transpile(readFile(native, fds[moduleFd] ?? -1, moduleBytes));
    const glue = plainGlue(module);
    const { imports, exports } = outline;
    writePack({ imports, exports, glue, codeCache: glueCode(glue), modules, types }, writeAll);
  } catch (error) {
    if (error instanceof GuestFailure) return finish({ type: 'failed', code: error.code, message: error.message });
    return finish({ type: 'failed', code: 'internal', message: `can't be transpiled: ${String(error).slice(0, 512)}` });
  }
  return finish({ type: 'outcome', outcome: { kind: 'exit', code: 0 }, io: noIo, uses: null });
}

/** The filter has no read(2): the data plane's preadv takes an iovec from the buffer's own first bytes. */
function readFile(native: Native, fd: number, sizeBytes: number): Uint8Array {
  const buffer = new ArrayBuffer(8 + sizeBytes);
  const iovec = new DataView(buffer, 0, 8);
  let done = 0;
  while (done < sizeBytes) {
    iovec.setUint32(0, 8 + done, true);
    iovec.setUint32(4, sizeBytes - done, true);
    const count = native.preadv(fd, buffer, 0, 1, BigInt(done));
    if (count < 0) throw new GuestFailure('not-a-module', `can't be read: errno ${-count}`);
    if (count === 0) break; // truncated since it was opened
    done += count;
  }
  return new Uint8Array(buffer, 8, done);
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(stdoutFd, bytes, done);
}
