/** Inside the container of the tool process: reads a module, compiles it, writes its code to stdout. */
import { writeSync } from 'node:fs';
import type { GuestConfig, GuestMessage } from '../../host/config.ts';
import { deliveredFile } from '../../host/delivered-file.ts';
import { GuestFailure } from '../../host/failure.ts';
import { type ModuleFile, prepareModule } from '../../host/load.ts';
import { readFile } from '../../host/read-file.ts';
import { readModule } from '../../host/read-module.ts';
import { moduleHeadroomBytes } from '../../host/wasm-binary-replace.ts';
import type { Delivery } from '../../native/control.ts';
import type { Native } from '../../native/native.ts';
import { optimizedModule } from './optimize.ts';
import { type CompileOrder, codeFd } from './tool-protocol.ts';

const noIo = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };

/** Ends the process; like a guest's, its last message is the result. */
export function compileInContainer(native: Native, { controlFd, config, fds }: Delivery): never {
  const { moduleFd, moduleBytes, args } = JSON.parse(new TextDecoder().decode(config)) as GuestConfig;
  const finish = (message: GuestMessage): never =>
    native.exitNow(native.sendMessage(controlFd, new TextEncoder().encode(JSON.stringify(message))) ? 0 : 1);
  try {
    const order = JSON.parse(args[1] ?? '') as CompileOrder;
    const whole = readFile(deliveredFile(native, fds[moduleFd] ?? -1, moduleBytes), 0);
    checkDigest(native, whole, order.digest);
    const bytes = readModule(bytesFile(whole), moduleHeadroomBytes);
    const prepared = prepareModule(bytes, { memoryLimitBytes: order.memoryBytes, calledExports: new Set() });
    // Before it is edited for the compiler: this is what a run will compile.
    const digest = native.digestBytes(prepared.bytes);
    const code = native.serializeCode(optimizedModule(prepared, order.functions));
    if (code.length > 0) {
      writeAll(digest);
      writeAll(code);
    }
  } catch (error) {
    if (error instanceof GuestFailure) return finish({ type: 'failed', code: error.code, message: error.message });
    return finish({ type: 'failed', code: 'invalid-module', message: String(error).slice(0, 512) });
  }
  return finish({ type: 'outcome', outcome: { kind: 'exit', code: 0 }, io: noIo, uses: null });
}

/** Attack: a file that changed since its digest was taken, so that one module's code is kept as another's. */
function checkDigest(native: Native, bytes: Uint8Array, digest: string): void {
  if (Buffer.from(native.digestBytes(bytes)).toString('hex') === digest) return;
  // No verdict on the module that has this digest: it must not be remembered as hopeless (tool.ts).
  throw new GuestFailure('internal', 'the file has changed since it was looked at');
}

/** What a run reads of it. */
function bytesFile(bytes: Uint8Array): ModuleFile {
  return {
    sizeBytes: bytes.length,
    readAt({ buffer, address, length, offset }) {
      const part = bytes.subarray(offset, offset + length);
      new Uint8Array(buffer).set(part, address);
      return part.length;
    },
  };
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(codeFd, bytes, done);
}
