/** An embedder's objects that a guest holds, by the numbers that the guest knows them by. */
import { maxHostHandles } from '../host/component/host-calls.ts';
import { WaveError } from '../host/component/wave-parse.ts';
import type { ResourceHandle, Wire } from '../host/component/wave-values.ts';
import { unnamed, type WitSide, type WitType } from '../host/component/wit.ts';
import { printType } from '../host/component/wit-print.ts';
import { findClass, type HostImports } from './host-members.ts';

interface Held {
  resource: WitType;
  object: object;
}

export class HandleTable implements Wire {
  private readonly held = new Map<number, Held>();
  private readonly free: number[] = [];
  private readonly classes = new Map<WitType, { new (...args: unknown[]): object } | null>();

  constructor(world: WitSide, imports: HostImports) {
    for (const [owner, { types }] of world.interfaces) {
      for (const [name, type] of types) {
        const resource = unnamed(type);
        if (resource.kind !== 'resource' || this.classes.has(resource)) continue;
        this.classes.set(resource, findClass(imports, owner, name));
      }
    }
  }

  encode(type: ResourceHandle, value: unknown): number {
    const resource = unnamed(type.resource);
    const expected = this.classes.get(resource) ?? null;
    if (typeof value !== 'object' || value === null || expected === null || !(value instanceof expected)) {
      throw new WaveError(`expected an object of the class of ${printType(type.resource)}`);
    }
    if (this.held.size >= maxHostHandles) throw new WaveError(`more than ${maxHostHandles} resources`);
    const handle = this.free.pop() ?? this.held.size + 1;
    this.held.set(handle, { resource, object: value });
    return handle;
  }

  /** The guest lends an object, or gives it back for good. */
  decode(type: ResourceHandle, handle: number | bigint): object {
    const number = Number(handle);
    const found = this.held.get(number);
    if (found === undefined || found.resource !== unnamed(type.resource)) {
      throw new WaveError(`there is no ${printType(type.resource)} ${number}`);
    }
    if (type.kind === 'own') this.release(number);
    return found.object;
  }

  /** Rejects with what the object's own end throws. */
  async drop(handle: number): Promise<void> {
    const found = this.held.get(handle);
    if (found === undefined) throw new WaveError(`there is no resource ${handle}`);
    this.release(handle);
    await dispose(found.object);
  }

  /** At the end of a run, however it ended. */
  disposeAll(): void {
    const all = [...this.held.values()];
    this.held.clear();
    // The run is over, and there is nobody left to tell: the others still must be disposed of.
    for (const { object } of all) void dispose(object).catch(() => {});
  }

  private release(handle: number): void {
    this.held.delete(handle);
    this.free.push(handle);
  }
}

/** An async method passes for one without a result in TypeScript, so what it returns is waited for. */
async function dispose(object: object): Promise<void> {
  const { [Symbol.dispose]: end } = object as Partial<Disposable>;
  if (typeof end === 'function') await end.call(object);
}
