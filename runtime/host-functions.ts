/**
 * The embedder's end of the socket that a container calls imports on (host/component/host-calls.ts). What comes in is
 * from a process assumed hostile: names must be those of the component's own WIT, values are read by its types, and
 * everything is counted.
 */
import type { Duplex } from 'node:stream';
import { encodeFrame, type HostReply, type HostRequest } from '../host/component/host-calls.ts';
import { importedNames, isWasi } from '../host/component/user-imports.ts';
import { parseWave, WaveError } from '../host/component/wave-parse.ts';
import { printWave } from '../host/component/wave-print.ts';
import { unnamed, type WitFunction, type WitSide } from '../host/component/wit.ts';
import { HandleTable } from './host-handles.ts';
import { findMember, type HostImports, type Member } from './host-members.ts';
import { readRequests } from './host-requests.ts';

/** Answers until the socket ends, one request after the other; then disposes of what the guest still held. Rejects never. */
export async function serveImports(socket: Duplex, world: WitSide, imports: HostImports): Promise<void> {
  const own: WitSide = { ...world, interfaces: new Map([...world.interfaces].filter(([name]) => !isWasi(name))) };
  let server: HostFunctions | null = null;
  // A container that was killed: the run's result says why.
  socket.on('error', () => {});
  let giveUp = (): void => {};
  socket.once('close', () => giveUp());
  /** What `start` promises, or null when the socket closes first. */
  const unlessClosed = <T>(start: (resolve: (value: T) => void) => void): Promise<T | null> =>
    new Promise((resolve) => {
      giveUp = () => resolve(null);
      if (socket.destroyed) giveUp();
      else start(resolve);
    });
  try {
    const answering = new HostFunctions(own, imports);
    server = answering;
    for await (const request of readRequests(socket)) {
      // A function may take longer than the guest lives; what it returns then is of no use.
      const reply = await unlessClosed<HostReply>((resolve) => void answering.answer(request).then(resolve));
      if (reply === null) return;
      const hasRoom = socket.write(encodeFrame(reply) ?? tooLarge());
      // Attack: a container that asks without reading the answers, which would gather here.
      if (!hasRoom) await unlessClosed<void>((resolve) => socket.once('drain', resolve));
    }
  } catch {
    // The socket broke, what came is no request, or `imports` has a getter that throws: nothing that follows can be
    // understood. How the container ended is told by the result of the run.
  } finally {
    socket.destroy();
    server?.handles.disposeAll();
  }
}

function tooLarge(): Uint8Array {
  return encodeFrame({ kind: 'trap', message: 'the answer is larger than 16 MiB' }) ?? new Uint8Array();
}

class HostFunctions {
  readonly handles: HandleTable;
  private readonly world: WitSide;
  private readonly imports: HostImports;

  constructor(world: WitSide, imports: HostImports) {
    this.world = world;
    this.imports = imports;
    this.handles = new HandleTable(world, imports);
  }

  /** Rejects never: nobody would hear it but the embedder's process, which would end. */
  async answer(request: HostRequest): Promise<HostReply> {
    try {
      if (request.kind === 'link') return { kind: 'linked', missing: this.missing() };
      if (request.kind === 'call') return { kind: 'value', value: await this.call(request.name, request.args) };
      await this.handles.drop(request.handle);
      return { kind: 'value', value: null };
    } catch (error) {
      return { kind: 'trap', message: describe(request, error) };
    }
  }

  /** Not what the container asks for, but what the component imports. */
  private missing(): string[] {
    return importedNames(this.world).filter((name) => this.find(name) === null);
  }

  private find(name: string): { member: Member; type: WitFunction } | null {
    const [owner, fn] = name.includes('#') ? name.split('#', 2) : [null, name];
    const side = owner === null || owner === undefined ? this.world : this.world.interfaces.get(owner);
    const type = side?.functions.get(fn ?? '');
    const member = type && findMember(this.imports, owner ?? null, fn ?? '');
    return member && type ? { member, type } : null;
  }

  private async call(name: string, args: readonly string[]): Promise<string | null> {
    const found = this.find(name);
    if (found === null) throw new WaveError('nothing provides it');
    const { member, type } = found;
    if (args.length !== type.params.length) throw new WaveError('the number of arguments is wrong');
    const values = type.params.map((param, index) => parseWave(param.type, args[index] ?? '', this.handles));
    const { result } = type;
    const isResult = result !== null && unnamed(result).kind === 'result';
    let returned: unknown;
    try {
      returned = await member(...values);
      if (isResult) returned = { tag: 'ok', val: returned };
    } catch (error) {
      if (!isResult) throw error;
      returned = { tag: 'err', val: errorPayload(error) };
    }
    return result === null ? null : printWave(result, returned, { wire: this.handles });
  }
}

/** As jco takes it: a thrown value is the error of a `result`, an Error only by its `payload`. */
function errorPayload(error: unknown): unknown {
  if (typeof error === 'object' && error !== null && Object.hasOwn(error, 'payload')) {
    return (error as { payload: unknown }).payload;
  }
  if (error instanceof Error) throw error;
  return error;
}

function describe(request: HostRequest, error: unknown): string {
  return `${request.kind === 'call' ? request.name : request.kind}: ${reasonOf(error)}`;
}

/** Nobody reads more of it, and a frame has a ceiling. */
const maxReasonChars = 4096;

/** What is thrown may run code of its own when it is looked at: getters, a proxy, toString. */
function reasonOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'it threw no Error';
    const text = error instanceof WaveError ? error.message : String(error);
    return text.slice(0, maxReasonChars);
  } catch {
    return 'it threw an Error that has no text';
  }
}
