/** One of the two places that read guest memory (the other is the addon's iovec reader): little-endian, bounds-checked. */
import type { MemoryBuffer } from '../../native/data.ts';

/**
 * WebAssembly addresses arrive as signed 32-bit numbers, those of 64-bit memories as positive ones.
 * `+` refuses (throws) whatever a guest's odd import type made of it, before it could reach the addon.
 */
export function address(value: number): number {
  return value < 0 ? value + 4_294_967_296 : +value;
}

/**
 * The guest's memory. The buffer is kept between calls, because asking WebAssembly.Memory for it costs more than most
 * calls; growth detaches it, which shows as length 0.
 */
export class GuestMemory {
  readonly #memory: () => WebAssembly.Memory;
  #view: DataView<MemoryBuffer> = new DataView(new ArrayBuffer(0));
  #buffer: MemoryBuffer = this.#view.buffer;
  #bytes: Uint8Array<MemoryBuffer> = new Uint8Array(this.#buffer);

  constructor(memory: () => WebAssembly.Memory) {
    this.#memory = memory;
  }

  get buffer(): MemoryBuffer {
    if (this.#buffer.byteLength === 0) this.#refresh();
    return this.#buffer;
  }

  /** Whether all these bytes are inside: to be asked for results before anything is done. */
  has(at: number, length: number): boolean {
    if (at >= 0 && length >= 0 && at + length <= this.#buffer.byteLength) return true;
    // A shared memory grows without detaching.
    this.#refresh();
    return at >= 0 && length >= 0 && at + length <= this.#buffer.byteLength;
  }

  // The accessors below throw a RangeError beyond the end: callers ask `has` first.

  u8(at: number): number {
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  u64(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  setU8(at: number, value: number): void {
    this.#view.setUint8(at, value);
  }

  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  setU64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, value, true);
  }

  set(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at);
  }

  /** A view of these bytes, good until the guest runs again. */
  bytes(at: number, length: number): Uint8Array<MemoryBuffer> {
    return new Uint8Array(this.buffer, at, length);
  }

  #refresh(): void {
    const buffer = this.#memory().buffer;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }
}
