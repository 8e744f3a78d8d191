/** Sockets that the guest was given: listeners, and the connections they accept. */
import { type FileKind, fileKinds, type MemoryBuffer } from '../../native/data.ts';
import { errno } from './errno.ts';
import { File } from './file.ts';

export class Connection extends File {
  readonly kind: FileKind = fileKinds.streamSocket;

  override readv(memory: MemoryBuffer, iovs: number, count: number): number {
    return this.receive(memory, iovs, count, 0);
  }

  override writev(memory: MemoryBuffer, iovs: number, count: number): number {
    return this.send(memory, iovs, count);
  }

  override receive(memory: MemoryBuffer, iovs: number, count: number, flags: number): number {
    const result = this.host.native.receive(this.fd, memory, iovs, count, flags);
    return this.countRead(result);
  }

  override send(memory: MemoryBuffer, iovs: number, count: number): number {
    return this.countWritten(this.host.native.send(this.fd, memory, iovs, count));
  }

  override shutdown(how: number): number {
    return this.host.native.shutdown(this.fd, how);
  }

  override setStatusFlags(flags: number): number {
    return this.host.native.setStatusFlags(this.fd, flags);
  }
}

export class Listener extends File {
  readonly kind: FileKind = fileKinds.streamSocket;

  override shutdown(how: number): number {
    return this.host.native.shutdown(this.fd, how);
  }

  override accept(nonblock: boolean): File | number {
    const fd = this.host.native.accept(this.fd, nonblock ? 1 : 0);
    return fd < 0 ? fd : new Connection(this.host, fd);
  }

  override setStatusFlags(flags: number): number {
    return this.host.native.setStatusFlags(this.fd, flags);
  }

  protected override refuseContent(): number {
    return -errno.ENOTCONN;
  }
}
