/** Frames out of a socket, as requests. */
import type { Readable } from 'node:stream';
import { decodeRequest, frameHeaderBytes, frameLength, type HostRequest } from '../host/component/host-calls.ts';

/** Throws TypeError or SyntaxError for bytes that are no request, and what the socket throws. */
export async function* readRequests(socket: Readable): AsyncGenerator<HostRequest> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let wanted: number | null = null;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    for (;;) {
      const needed = wanted === null ? frameHeaderBytes : frameHeaderBytes + wanted;
      if (waitingBytes < needed) break;
      const bytes = Buffer.concat(waiting, waitingBytes);
      if (wanted === null) {
        wanted = frameLength(bytes);
        if (wanted === null) throw new TypeError('a frame is too large');
        waiting = [bytes];
        continue;
      }
      yield decodeRequest(bytes.subarray(frameHeaderBytes, needed));
      waiting = [bytes.subarray(needed)];
      waitingBytes -= needed;
      wanted = null;
    }
  }
}
