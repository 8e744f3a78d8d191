/** What container and broker say to each other about HTTP requests. The id of a request is that of its first message. */
import type { HeaderField } from './http-field-map.ts';

/** What a broker makes of the options that a guest did not give: wasmtime's. */
export const defaultTimeoutMs = 600_000;
/** Attack: requests that wait for days keep the host's connections and ports. Longer timeouts are cut to this. */
export const maxTimeoutMs = 3_600_000;

/** Of headers, counted as HTTP/2 does; of trailers too. Node's own limit; twice that, escaped, fits into a message. */
export const maxSectionBytes: number = 16 * 1024;
export const maxPathBytes = 8192;
export const maxMethodBytes = 64;
/** A name of 253 characters, a port; more only with userinfo, which nobody takes. */
export const maxAuthorityBytes = 512;

/** Attack: a guest opens requests until the host runs out of descriptors and ports. */
export const maxRequests = 128;

/** The container's. */
export type HttpRequestMessage =
  | HttpStart
  /** The request's body is complete: so many bytes of it went through the stream. */
  | { kind: 'http-finish'; bodyBytes: number; trailers: readonly HeaderField[] }
  /** What is left of the response's body is not wanted, its trailers are. */
  | { kind: 'http-drain' }
  /** Nobody waits for anything any more. */
  | { kind: 'http-cancel' };

export interface HttpStart {
  kind: 'http-start';
  method: string;
  scheme: 'http' | 'https';
  authority: string;
  path: string;
  headers: readonly HeaderField[];
  /** Whether a body is coming; `http-finish` ends it. */
  hasBody: boolean;
  connectTimeoutMs: number;
  firstByteTimeoutMs: number;
  betweenBytesTimeoutMs: number;
}

export interface ResponseHead {
  status: number;
  headers: readonly HeaderField[];
  hasBody: boolean;
}

/** Bytes of a body, and of headers, that go into a message; JSON may make six of one. */
export const maxWholeBytes = 4096;

/** The broker's. A descriptor comes with the first message that says so: a stream with the bodies of both directions. */
export type HttpReplyMessage =
  /** Only for requests with a body: with the stream. */
  | { kind: 'http-opened' }
  /** With the stream, where there is a body and it did not come before. */
  | (ResponseHead & { kind: 'http-head' })
  /** A small response that came in one piece: head, body (a character a byte) and end, without a stream. */
  | (Omit<ResponseHead, 'hasBody'> & { kind: 'http-whole'; body: string; trailers: readonly HeaderField[] | null })
  /** The response is complete: what is in the stream is all there will be. null: it has no trailers. */
  | { kind: 'http-end'; trailers: readonly HeaderField[] | null }
  /** An HttpError. It will not be completed. */
  | { kind: 'http-failed'; failure: unknown };
