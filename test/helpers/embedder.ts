/** The embedder's end of the socket, and what a container would say to it. */
import { Duplex } from 'node:stream';
import {
  decodeReply,
  encodeFrame,
  frameHeaderBytes,
  type HostReply,
  type HostRequest,
} from '../../host/component/host-calls.ts';
import type { WitSide } from '../../host/component/wit.ts';
import { serveImports } from '../../runtime/host-functions.ts';
import type { HostImports } from '../../runtime/host-members.ts';

/** What the embedder answers to these bytes, until it closes the socket. */
export async function embedderAnswers(
  world: WitSide,
  bytes: readonly Uint8Array[],
  given: HostImports,
): Promise<HostReply[]> {
  const written: Uint8Array[] = [];
  const socket = new Duplex({
    read() {
      for (const part of bytes) this.push(part);
      this.push(null);
    },
    write(chunk: Uint8Array, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  await serveImports(socket, world, given);
  return written.map((frame) => decodeReply(frame.subarray(frameHeaderBytes)));
}

export const frame = (request: HostRequest): Uint8Array => encodeFrame(request) ?? new Uint8Array();
export const call = (name: string, ...args: string[]): HostRequest => ({ kind: 'call', name, args });
