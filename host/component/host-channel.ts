/** The container's end of the socket to the embedder (host-calls.ts): writes a request, waits for its answer. */
import { waitModes } from '../../native/data.ts';
import type { Fd, Native } from '../../native/native.ts';
import { HostFunctionTrap } from '../trap.ts';
import {
  decodeReply,
  encodeFrame,
  frameHeaderBytes,
  frameLength,
  type HostReply,
  type HostRequest,
} from './host-calls.ts';

export class HostChannel {
  private readonly native: Pick<Native, 'read' | 'write'>;
  private readonly fd: Fd;

  constructor(native: Pick<Native, 'read' | 'write'>, fd: Fd) {
    this.native = native;
    this.fd = fd;
  }

  /** Blocks the guest. Throws HostFunctionTrap when the embedder is gone, or when something is too large. */
  ask(request: HostRequest): HostReply {
    const frame = encodeFrame(request);
    if (frame === null) throw new HostFunctionTrap('the arguments are larger than 16 MiB');
    this.transfer('write', frame);
    const header = new Uint8Array(frameHeaderBytes);
    this.transfer('read', header);
    const length = frameLength(header);
    if (length === null) throw new HostFunctionTrap('the answer is larger than 16 MiB');
    const body = new Uint8Array(length);
    this.transfer('read', body);
    return decodeReply(body);
  }

  private transfer(call: 'read' | 'write', bytes: Uint8Array<ArrayBuffer>): void {
    for (let done = 0; done < bytes.length; ) {
      const count = this.native[call](this.fd, bytes.buffer, done, bytes.length - done, waitModes.sharedBlocking);
      if (count === 0) throw new HostFunctionTrap('the embedder has ended');
      if (count < 0) throw new HostFunctionTrap(`the embedder can't be reached: errno ${-count}`);
      done += count;
    }
  }
}
