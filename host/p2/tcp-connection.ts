/** A connection that the broker handed over: its bytes go between guest memory and the kernel, uncopied. */
import { type FileKind, fileKinds, type MemoryBuffer, waitModes } from '../../native/data.ts';
import type { Fd } from '../../native/native.ts';
import { errno } from '../kernel/errno.ts';
import { File } from '../kernel/file.ts';
import type { Context } from './context.ts';

/** shutdown(2) */
const SHUT_RD = 0;
const SHUT_WR = 1;

export class TcpConnection extends File {
  readonly kind: FileKind = fileKinds.streamSocket;
  readonly #context: Context;
  #isReceiving = true;
  #isSending = true;
  #isClosed = false;

  constructor(context: Context, fd: Fd) {
    super(context, fd);
    this.#context = context;
    context.files.add();
  }

  override read(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    if (!this.#isReceiving) return 0;
    const mode = now ? waitModes.own : waitModes.sharedBlocking;
    return this.countRead(this.host.native.read(this.fd, memory, at, length, mode));
  }

  override write(memory: MemoryBuffer, at: number, length: number, now: boolean): number {
    if (!this.#isSending) return -errno.EPIPE;
    const mode = now ? waitModes.own : waitModes.sharedBlocking;
    return this.countWritten(this.host.native.write(this.fd, memory, at, length, mode));
  }

  /** Each direction once; what is in the receive queue is dropped, as Linux alone would not. */
  override shutdown(how: number): number {
    return this.host.native.shutdown(this.fd, how);
  }

  shut(receive: boolean, send: boolean): void {
    if (receive && this.#isReceiving) this.shutdown(SHUT_RD);
    if (send && this.#isSending) this.shutdown(SHUT_WR);
    this.#isReceiving &&= !receive;
    this.#isSending &&= !send;
  }

  override close(): number {
    if (this.#isClosed) return 0;
    this.#isClosed = true;
    this.#context.files.remove();
    return super.close();
  }
}
