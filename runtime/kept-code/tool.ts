/**
 * The process that makes code: it looks at what a run asked for, forks itself into a container as `run` does, has that
 * one compile the module, and keeps what comes out. No guest ever runs in it. Nobody waits for it, and nobody hears what
 * goes wrong: a module without code is compiled when it is run, as before.
 */
import { constants, fstatSync, openSync, readSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliveryFrom } from '../../native/delivery.ts';
import { loadNative } from '../../native/load.ts';
import type { Native } from '../../native/native.ts';
import { fileDigest } from '../components/file-digest.ts';
import { openStore, type Store, trailerBytes } from '../components/store.ts';
import type { RunResult } from '../result.ts';
import { abandon } from '../run.ts';
import { type Started, startContainer } from '../start.ts';
import { runInToolContainer } from '../tool-run.ts';
import { codeKey } from './code-key.ts';
import { compileInContainer } from './tool-container.ts';
import { type CompileOrder, codeFd, moduleFd, packPreamble, requestFd, type ToolRequest } from './tool-protocol.ts';

/** Ceilings of one compilation, beside eight times the module's size. Attack: functions that take TurboFan for ever. */
const limits = { timeout: '180s', cpuTime: '60s', memory: '768MiB', maxFiles: 3 };
/** Attack: code without end, in a cache that others share. */
const maxCodeBytes = 128 * 1024 * 1024;
/** Longer than what the digest of a file is not remembered for. */
const settleMs = 2100;
const lowestPriority = 19;

type Parent = Extract<Started, { role: 'parent' }>;

async function main(native: Native): Promise<never> {
  setPriority(lowestPriority);
  const started = startContainer(native);
  if (started.role === 'child') return compileInContainer(native, deliveryFrom(native.awaitPlan()));
  // Whatever it is: there is nobody to tell.
  const work = await takeWork(native).catch(() => null);
  if (work === null) await abandon(started);
  else await makeCode(native, started, work).catch(() => {});
  return native.exitNow(0);
}

interface Work {
  store: Store;
  request: ToolRequest;
  digest: Uint8Array;
  /** What the container is given as its module. */
  programFd: number;
}

/** null: another process is at it. */
async function takeWork(native: Native): Promise<Work | null> {
  const request = JSON.parse(readWhole(requestFd).toString()) as ToolRequest;
  const store = openStore(native, request.place);
  // One at a time for each user: twenty programs started at once would otherwise be twenty compilers.
  if (!native.tryLock(lockFd(store))) return null;
  if (request.isPack) return { store, request, ...takePack(native) };
  return { store, request, digest: await settledDigest(native, store), programFd: moduleFd };
}

/** A copy: in the cache others of this user may replace it. */
function takePack(native: Native): Pick<Work, 'digest' | 'programFd'> {
  const entry = readWhole(moduleFd);
  const pack = entry.subarray(0, Math.max(entry.length - trailerBytes, 0));
  return {
    digest: native.digestBytes(pack),
    programFd: native.memfd('wasmctr-pack', Buffer.concat([packPreamble, pack])),
  };
}

async function makeCode(native: Native, started: Parent, { store, request, digest, programFd }: Work): Promise<void> {
  const { memoryBytes, functions, bestEffort } = request;
  const order: CompileOrder = { functions, memoryBytes, digest: Buffer.from(digest).toString('hex') };
  const options = { ...limits, file: `/proc/self/fd/${programFd}`, args: [JSON.stringify(order)], bestEffort };
  const result = await runInToolContainer(started, options);
  const code = result.ok ? readWhole(codeFd) : new Uint8Array(0);
  // An empty entry says that it was tried: not again at each run.
  if (code.length > 0 || isHopeless(result)) await store.put('code', codeKey(native, { digest, memoryBytes }), code);
}

function isHopeless({ timedOut, cpuTimeExceeded, oomKilled, error }: RunResult): boolean {
  return timedOut || cpuTimeExceeded || oomKilled || error?.code === 'module';
}

/** Once the file is old enough for its digest to be remembered (../components/file-digest.ts). */
async function settledDigest(native: Native, store: Store): Promise<Uint8Array> {
  const waitMs = fstatSync(moduleFd).ctimeMs + settleMs - Date.now();
  if (waitMs > 0) await sleep(Math.min(waitMs, settleMs));
  return fileDigest({ native, store }, moduleFd, fstatSync(moduleFd).size);
}

/** Beside the entries; the kernel unlocks it whenever this process ends. */
function lockFd({ folderFd }: Store): number {
  return openSync(
    `/proc/self/fd/${folderFd}/compiling.lock`,
    constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
}

/** Nobody else has it any more. */
function readWhole(fd: number): Buffer {
  const { size } = fstatSync(fd);
  if (size > maxCodeBytes) throw new RangeError('more than is kept');
  const bytes = Buffer.alloc(size);
  for (let done = 0; done < size; ) {
    const count = readSync(fd, bytes, done, size - done, done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

void main(loadNative());
