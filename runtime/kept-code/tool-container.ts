/** Inside the container of the tool process: reads a module or a pack, compiles it, writes its code to stdout. */
import { writeSync } from 'node:fs';
import { packMagic } from '../../host/component/pack.ts';
import { readPack } from '../../host/component/read-pack.ts';
import type { GuestConfig, GuestMessage } from '../../host/config.ts';
import { deliveredFile } from '../../host/delivered-file.ts';
import { GuestFailure } from '../../host/failure.ts';
import { declaredFunctions, keptFrame } from '../../host/kept-code.ts';
import { type ModuleFile, prepareModule } from '../../host/load.ts';
import { readFile } from '../../host/read-file.ts';
import { readModule } from '../../host/read-module.ts';
import { readSections } from '../../host/wasm-binary.ts';
import { limitMemories } from '../../host/wasm-binary-limits.ts';
import { moduleHeadroomBytes } from '../../host/wasm-binary-replace.ts';
import type { Delivery } from '../../native/delivery.ts';
import type { Native } from '../../native/native.ts';
import { type ModuleToOptimize, optimizedModule } from './optimize.ts';
import { type CompileOrder, codeFd, packPreamble } from './tool-protocol.ts';

const noIo = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };

/** Ends the process; like a guest's, its last message is the result. */
export function compileInContainer(native: Native, { controlFd, config, fds }: Delivery): never {
  const { moduleFd, moduleBytes, args } = JSON.parse(new TextDecoder().decode(config)) as GuestConfig;
  const finish = (message: GuestMessage): never =>
    native.exitNow(native.sendMessage(controlFd, new TextEncoder().encode(JSON.stringify(message))) ? 0 : 1);
  try {
    const order = JSON.parse(args[1] ?? '') as CompileOrder;
    const whole = readFile(deliveredFile(native, fds[moduleFd] ?? -1, moduleBytes), 0);
    for (const frame of framesOf(native, whole, order)) writeAll(frame);
  } catch (error) {
    if (error instanceof GuestFailure) return finish({ type: 'failed', code: error.code, message: error.message });
    return finish({ type: 'failed', code: 'invalid-module', message: String(error).slice(0, 512) });
  }
  return finish({ type: 'outcome', outcome: { kind: 'exit', code: 0 }, io: noIo, uses: null });
}

/** More would not fit the CPU time that one compilation may take. */
const maxCompileMs = 40_000;

function framesOf(native: Native, whole: Uint8Array, order: CompileOrder): Uint8Array[] {
  const behind = whole.subarray(packPreamble.length);
  const isPack = packMagic.every((byte, i) => behind[i] === byte);
  checkDigest(native, isPack ? behind : whole, order.digest);
  const deadlineMs = performance.now() + maxCompileMs;
  const frame: MakeFrame = (module, functions) => {
    // Before it is edited for the compiler: this is what a run will compile.
    const digest = native.digestBytes(module.bytes);
    return keptFrame(digest, native.serializeCode(optimizedModule(module, functions, deadlineMs)));
  };
  return isPack ? packFrames(behind, order, frame) : [moduleFrame(whole, order, frame)];
}

type MakeFrame = (module: ModuleToOptimize, functions: readonly number[]) => Uint8Array;

function moduleFrame(whole: Uint8Array, { memoryBytes, functions }: CompileOrder, frame: MakeFrame): Uint8Array {
  const bytes = readModule(bytesFile(whole), moduleHeadroomBytes);
  const prepared = prepareModule(bytes, { memoryLimitBytes: memoryBytes, calledExports: new Set() });
  const imported = prepared.interface.imports.filter(({ type }) => type.kind === 'func').length;
  return frame({ bytes: prepared.bytes, imported }, functions);
}

/** A frame for each module, as host/component/load.ts compiles them. Throws when not one of them has code. */
function packFrames(pack: Uint8Array, { memoryBytes, functions }: CompileOrder, frame: MakeFrame): Uint8Array[] {
  const { header, blob } = readPack(bytesFile(pack));
  let first = 0;
  let failure: unknown = new GuestFailure('invalid-module', 'no function of it can be optimised ahead');
  const frames = Object.values(header.modules).map((place) => {
    const bytes = blob(place);
    // Before the module is limited: that moves its beginning.
    const end = first + declaredFunctions(bytes);
    const limited = limitMemories({ ...readSections(bytes), bytes }, memoryBytes);
    const own = functions.filter((index) => index >= first && index < end).map((index) => index - first);
    first = end;
    if ('minBytes' in limited || own.length === 0) return emptyFrame;
    try {
      // All are functions, or the module can't be instantiated.
      const imported = WebAssembly.Module.imports(new WebAssembly.Module(limited.bytes)).length;
      return frame({ bytes: limited.bytes, imported }, own);
    } catch (error) {
      failure = error;
      return emptyFrame;
    }
  });
  if (frames.every((each) => each === emptyFrame)) throw failure;
  return frames;
}

const emptyFrame = keptFrame(new Uint8Array(0), new Uint8Array(0));

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
