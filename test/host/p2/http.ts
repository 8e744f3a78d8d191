/** wasi:http for tests: calls in words, and the broker's end of the channel in the test's hands. */
import type { HttpReplyMessage, HttpRequestMessage } from '../../../host/p2/http-messages.ts';
import type { Native } from '../../../native/native.ts';
import { bufferAt, native as dataPlane, pathAt, result, secondPathAt } from './guest.ts';
import { StreamsGuest } from './streams.ts';

const native = dataPlane as Native;
const types = 'wasi:http/types';

export type Header = readonly [name: string, value: string];

const errorNames = ['invalid-syntax', 'forbidden', 'immutable'];

export class HttpGuest extends StreamsGuest {
  /** The broker's end; closed: the broker is gone. */
  readonly broker: number;

  constructor() {
    const [ours, theirs] = native.controlPair();
    super({ brokerFd: theirs });
    this.broker = ours;
  }

  /** A function of wasi:http/types. */
  http(name: string, ...args: (number | bigint)[]): unknown {
    return this.call(types, name, ...args);
  }
  dropHttp(resource: string, handle: number): void {
    this.drop(types, resource, handle);
  }

  // Fields.

  newFields(): number {
    return this.http('[constructor]fields') as number;
  }
  fromList(entries: readonly Header[]): number | string {
    entries.forEach(([name, value], i) => {
      this.#putPair(secondPathAt + i * 16, this.#heap(name, 'utf8'));
      this.#putPair(secondPathAt + i * 16 + 8, this.#heap(value));
    });
    this.http('[static]fields.from-list', secondPathAt, entries.length, result);
    return this.u8(result) === 0 ? this.u32(result + 4) : (errorNames[this.u8(result + 4)] ?? '');
  }
  entries(fields: number): Header[] {
    this.http('[method]fields.entries', fields, result);
    const at = this.u32(result);
    const bytes = (from: number): string => Buffer.from(this.list(from)).toString('latin1');
    return Array.from({ length: this.u32(result + 4) }, (_, i) => [this.text(at + i * 16), bytes(at + i * 16 + 8)]);
  }
  getField(fields: number, name: string): string[] {
    this.http('[method]fields.get', fields, ...this.put(pathAt, name), result);
    const at = this.u32(result);
    return Array.from({ length: this.u32(result + 4) }, (_, i) => this.text(at + i * 8));
  }
  hasField(fields: number, name: string): boolean {
    return this.http('[method]fields.has', fields, ...this.put(pathAt, name)) === 1;
  }
  append(fields: number, name: string, value: string | Uint8Array): string {
    return this.#change('append', fields, ...this.put(pathAt, name), ...this.put(bufferAt, value));
  }
  setField(fields: number, name: string, values: readonly string[]): string {
    values.forEach((value, i) => {
      this.#putPair(secondPathAt + i * 8, this.#heap(value));
    });
    return this.#change('set', fields, ...this.put(pathAt, name), secondPathAt, values.length);
  }
  deleteField(fields: number, name: string): string {
    return this.#change('delete', fields, ...this.put(pathAt, name));
  }
  cloneFields(fields: number): number {
    return this.http('[method]fields.clone', fields) as number;
  }

  // Requests.

  newRequest(headers: readonly Header[] = []): number {
    return this.http('[constructor]outgoing-request', this.fromList(headers) as number) as number;
  }
  /** 0 or 1 of a `result` without payloads. */
  setOption(method: string, request: number, text: string | null): number {
    const args = text === null ? ([0, 0, 0] as const) : ([1, ...this.put(pathAt, text)] as const);
    return this.http(`[method]outgoing-request.${method}`, request, ...args) as number;
  }
  /** A request to http://host/path. */
  requestTo(path: string, headers: readonly Header[] = []): number {
    const request = this.newRequest(headers);
    this.http('[method]outgoing-request.set-scheme', request, 1, 0, 0, 0);
    this.setOption('set-authority', request, 'host');
    this.setOption('set-path-with-query', request, path);
    return request;
  }
  /** The handle of a result<own>; null: the error. */
  take(method: string, handle: number): number | null {
    this.http(method, handle, result);
    return this.u8(result) === 0 ? this.u32(result + 4) : null;
  }
  /** The future, or the error's name. */
  handle(request: number, options = 0): number | string {
    this.call('wasi:http/outgoing-handler', 'handle', request, options === 0 ? 0 : 1, options, result);
    return this.u8(result) === 0 ? this.u32(result + 8) : this.errorAt(result + 8);
  }
  finish(body: number, trailers = 0): string {
    this.http('[static]outgoing-body.finish', body, trailers === 0 ? 0 : 1, trailers, result);
    return this.u8(result) === 0 ? 'ok' : this.errorAt(result + 8);
  }

  // Responses.

  /** What a future of three levels has to say: its handle or none, an error, null or 'taken'. */
  getFuture(method: string, future: number): number | string | null {
    this.http(method, future, result);
    if (this.u8(result) === 0) return null;
    if (this.u8(result + 8) === 1) return 'taken';
    return this.u8(result + 16) === 1 ? this.errorAt(result + 24) : this.u32(result + 24);
  }
  getResponse(future: number): number | string | null {
    return this.getFuture('[method]future-incoming-response.get', future);
  }
  /** An error-code: its position, and the text or number that comes first in its payload. */
  errorAt(at: number): string {
    return `error ${this.u8(at)}`;
  }
  /** `http-error-code` of what a read failed with. */
  readError(stream: number): string {
    this.call('wasi:io/streams', '[method]input-stream.blocking-read', stream, 100n, result);
    if (this.u8(result) === 0) return `read ${this.text(result + 4)}`;
    if (this.u8(result + 4) === 1) return 'closed';
    const error = this.u32(result + 8);
    this.http('http-error-code', error, result);
    this.drop('wasi:io/error', 'error', error);
    return this.u8(result) === 0 ? 'none' : this.errorAt(result + 8);
  }

  // The broker.

  /** What the container sent; null: nothing. */
  said(): (HttpRequestMessage & { id: number }) | null {
    const bytes = native.receiveMessage(this.broker);
    return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as HttpRequestMessage & { id: number }) : null;
  }
  /** Answers; with `stream`, ours of a new pair is returned. */
  answer(id: number, message: HttpReplyMessage, { stream = false }: { stream?: boolean } = {}): number {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...message, id }));
    if (!stream) {
      native.sendMessage(this.broker, bytes);
      return -1;
    }
    const fds = new Int32Array(2);
    native.socketPair(1, fds.buffer);
    native.sendDescriptor(this.broker, bytes.buffer, bytes.length, fds[1] ?? -1);
    native.close(fds[1] ?? -1);
    return fds[0] ?? -1;
  }
  /** Into, and out of, the broker's end of a stream. */
  pour(stream: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    native.write(stream, bytes.buffer, 0, bytes.length, 0);
  }
  poured(stream: number): string {
    const buffer = new ArrayBuffer(1 << 20);
    const count = native.read(stream, buffer, 0, buffer.byteLength, 0);
    return count < 0 ? `errno ${-count}` : new TextDecoder().decode(new Uint8Array(buffer, 0, count));
  }
  closeFd(fd: number): void {
    native.close(fd);
  }

  #change(method: string, ...args: number[]): string {
    this.http(`[method]fields.${method}`, ...args, result);
    return this.u8(result) === 0 ? 'ok' : (errorNames[this.u8(result + 1)] ?? '');
  }
  #heap(text: string, encoding: 'utf8' | 'latin1' = 'latin1'): [number, number] {
    const bytes = Buffer.from(text, encoding);
    return this.put(this.allocate(bytes.length, 1), bytes);
  }
  #putPair(at: number, [pointer, length]: [number, number]): void {
    this.view().setUint32(at, pointer, true);
    this.view().setUint32(at + 4, length, true);
  }
}
