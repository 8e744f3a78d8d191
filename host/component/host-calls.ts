/**
 * Calls of an embedder's functions from inside a container: frames over a Unix stream socket. A frame is a u32 length,
 * little-endian, and JSON in UTF-8; values in it are WAVE, handles of resources numbers that the embedder gave. The
 * guest waits for each answer, so there is one call at a time.
 */

/** `name`: `demo:kit/store@1.2.3#[method]bucket.name`, or `ask` for a function of no interface. */
export type HostRequest =
  /** What the embedder lacks of all that the component imports: asked once, before it runs. */
  | { kind: 'link' }
  | { kind: 'call'; name: string; args: readonly string[] }
  /** The guest's handle is gone. */
  | { kind: 'drop'; handle: number };

export type HostReply =
  | { kind: 'linked'; missing: readonly string[] }
  /** null: of a function without result, and of a drop. */
  | { kind: 'value'; value: string | null }
  | { kind: 'trap'; message: string };

export const frameHeaderBytes = 4;
/** Attack, from either side: a value that fills the other one's memory. */
export const maxFrameBytes: number = 16 * 1024 * 1024;
/** Resources of an embedder's that one run holds. Attack: constructors called for ever. */
export const maxHostHandles = 65_536;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder();

/** null: larger than a frame may be. */
export function encodeFrame(message: HostRequest | HostReply): Uint8Array<ArrayBuffer> | null {
  const body = utf8Encoder.encode(JSON.stringify(message));
  if (body.length > maxFrameBytes) return null;
  const frame = new Uint8Array(frameHeaderBytes + body.length);
  new DataView(frame.buffer).setUint32(0, body.length, true);
  frame.set(body, frameHeaderBytes);
  return frame;
}

/** Of a frame's header; null: larger than it may be. */
export function frameLength(header: Uint8Array): number | null {
  const bytes = new DataView(header.buffer, header.byteOffset, frameHeaderBytes).getUint32(0, true);
  return bytes > maxFrameBytes ? null : bytes;
}

/** Throws SyntaxError or TypeError for what is no request. */
export function decodeRequest(body: Uint8Array): HostRequest {
  const from = JSON.parse(utf8Decoder.decode(body)) as Record<string, unknown>;
  if (from.kind === 'link') return { kind: 'link' };
  if (from.kind === 'drop') return { kind: 'drop', handle: handleNumber(from.handle) };
  if (from.kind === 'call') return { kind: 'call', name: text(from.name), args: texts(from.args) };
  throw new TypeError('unknown request');
}

/** Throws SyntaxError or TypeError for what is no reply. */
export function decodeReply(body: Uint8Array): HostReply {
  const from = JSON.parse(utf8Decoder.decode(body)) as Record<string, unknown>;
  if (from.kind === 'linked') return { kind: 'linked', missing: texts(from.missing) };
  if (from.kind === 'trap') return { kind: 'trap', message: text(from.message) };
  if (from.kind === 'value') return { kind: 'value', value: from.value === null ? null : text(from.value) };
  throw new TypeError('unknown reply');
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('expected a text');
  return value;
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) throw new TypeError('expected texts');
  return value.map(text);
}

function handleNumber(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new TypeError('expected a handle');
  return value;
}
