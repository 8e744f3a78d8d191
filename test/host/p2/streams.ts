/** wasi:io for tests: results in words. */
import { bufferAt, Guest, result } from './guest.ts';

const streams = 'wasi:io/streams';
const input = '[method]input-stream';
const output = '[method]output-stream';

export class StreamsGuest extends Guest {
  /** What it read; 'closed'; or what failed. */
  readStream(stream: number, length: bigint | number, { wait = true }: { wait?: boolean } = {}): string {
    const failure = this.#failure(4, `${input}.${wait ? 'blocking-read' : 'read'}`, stream, BigInt(length));
    return failure ?? `read ${this.text(result + 4)}`;
  }

  /** Bytes skipped. */
  skip(stream: number, length: bigint, { wait = true }: { wait?: boolean } = {}): bigint | string {
    const failure = this.#failure(8, `${input}.${wait ? 'blocking-skip' : 'skip'}`, stream, length);
    return failure ?? this.u64(result + 8);
  }

  /** Bytes that may be written now. */
  checkWrite(stream: number): bigint | string {
    return this.#failure(8, `${output}.check-write`, stream) ?? this.u64(result + 8);
  }

  /** 'ok', 'closed', or what failed. */
  writeStream(stream: number, text: string | Uint8Array): string {
    return this.#failure(4, `${output}.write`, stream, ...this.put(bufferAt, text)) ?? 'ok';
  }
  writeAndFlush(stream: number, text: string | Uint8Array): string {
    return this.#failure(4, `${output}.blocking-write-and-flush`, stream, ...this.put(bufferAt, text)) ?? 'ok';
  }
  writeZeroes(stream: number, length: bigint, { flush = false }: { flush?: boolean } = {}): string {
    const method = flush ? 'blocking-write-zeroes-and-flush' : 'write-zeroes';
    return this.#failure(4, `${output}.${method}`, stream, length) ?? 'ok';
  }
  flush(stream: number, { wait = true }: { wait?: boolean } = {}): string {
    return this.#failure(4, `${output}.${wait ? 'blocking-flush' : 'flush'}`, stream) ?? 'ok';
  }

  splice(to: number, from: number, length: bigint, { wait = true }: { wait?: boolean } = {}): bigint | string {
    const method = wait ? 'blocking-splice' : 'splice';
    return this.#failure(8, `${output}.${method}`, to, from, length) ?? this.u64(result + 8);
  }

  subscribe(kind: 'input' | 'output', stream: number): number {
    return this.call(streams, `[method]${kind}-stream.subscribe`, stream) as number;
  }

  /** Waits; the indexes of those that are ready. */
  poll(pollables: readonly number[]): number[] {
    pollables.forEach((pollable, i) => {
      this.view().setUint32(bufferAt + i * 4, pollable, true);
    });
    this.call('wasi:io/poll', 'poll', bufferAt, pollables.length, result);
    return [...new Uint32Array(this.list32(result))];
  }
  isReady(pollable: number): boolean {
    return this.call('wasi:io/poll', '[method]pollable.ready', pollable) === 1;
  }
  block(pollable: number): void {
    this.call('wasi:io/poll', '[method]pollable.block', pollable);
  }

  dropStream(kind: 'input' | 'output', stream: number): void {
    this.drop(streams, `${kind}-stream`, stream);
  }
  dropPollable(pollable: number): void {
    this.drop('wasi:io/poll', 'pollable', pollable);
  }

  /** A list of u32 whose pointer and length stand at `at`. */
  protected list32(at: number): ArrayBuffer {
    const from = this.u32(at);
    return this.memory.buffer.slice(from, from + this.u32(at + 4) * 4) as ArrayBuffer;
  }

  /** What the error says of itself. It is dropped. */
  #failure(payload: number, method: string, ...args: (number | bigint)[]): string | null {
    this.bytes(result, 32).fill(0xaa);
    this.call(streams, method, ...args, result);
    const tag = this.u8(result);
    if (tag === 0) return null;
    if (tag !== 1) throw new Error(`${method} stored no result`);
    if (this.u8(result + payload) === 1) return 'closed';
    const error = this.u32(result + payload + 4);
    this.call('wasi:io/error', '[method]error.to-debug-string', error, result);
    const text = this.text(result);
    this.call('wasi:filesystem/types', 'filesystem-error-code', error, result);
    const code = this.u8(result) === 0 ? null : this.u8(result + 1);
    this.drop('wasi:io/error', 'error', error);
    return code === null ? text : `${text} ${code}`;
  }
}
