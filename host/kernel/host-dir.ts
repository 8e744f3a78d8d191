/** Directories: preopens and what was opened beneath them. The kernel keeps paths beneath (openat2). */
import { type FileKind, fileKinds, type MemoryBuffer, openedFd, openFlags } from '../../native/data.ts';
import { errno } from './errno.ts';
import { File, type Host, type PathArgument, type Times } from './file.ts';
import { HostFile } from './host-file.ts';
import type { Grant } from './uses.ts';

const { create, exclusive, truncate, write, directory, noFollow, path: pathOnly } = openFlags;
const changing: number = create | truncate | write;

export interface HostDirOptions {
  /** May be O_PATH: a detached mount is. */
  fd: number;
  readOnly: boolean;
  /** The preopen that it is or came from, as far as anyone asks. */
  grant: Grant | null;
}

export class HostDir extends File {
  readonly kind: FileKind = fileKinds.directory;
  /** Refuses changes here too: the mount may not be read-only (`--best-effort`). */
  readonly #readOnly: boolean;
  readonly #grant: Grant | null;
  /** For reading entries and syncing; opened at first use, since O_PATH can't. */
  #readable = -1;

  constructor(host: Host, { fd, readOnly, grant }: HostDirOptions) {
    super(host, fd);
    this.#readOnly = readOnly;
    this.#grant = grant;
  }

  override openAt(path: PathArgument, flags: number): File | number {
    const { native } = this.host;
    let wanted = flags;
    this.#note(flags & changing);
    if (this.#readOnly && flags & changing) {
      const refusal = this.#refuseChange(path, flags);
      if (refusal !== 0) return refusal;
      wanted &= ~create;
    }
    const opened = native.openAt(this.fd, path.memory, path.at, path.length, wanted);
    if (opened < 0) return opened;
    const fd = opened & openedFd.mask;
    const kind = (opened >>> openedFd.bits) as FileKind;
    const options = { fd, kind, readOnly: this.#readOnly, grant: this.#grant };
    return kind === fileKinds.directory ? new HostDir(this.host, options) : new HostFile(this.host, options);
  }

  override statAt(path: PathArgument, follow: boolean, out: MemoryBuffer, at: number): number {
    this.#grant?.read();
    return this.host.native.statAt(this.fd, path.memory, path.at, path.length, follow ? 1 : 0, out, at);
  }

  override setTimesAt({ memory, at, length }: PathArgument, follow: boolean, times: Times): number {
    this.#note(1);
    if (this.#readOnly) return -errno.EROFS;
    const { access, modification, flags } = times;
    return this.host.native.setTimesAt(this.fd, memory, at, length, follow ? 1 : 0, access, modification, flags);
  }

  override makeDirectory({ memory, at, length }: PathArgument): number {
    this.#note(1);
    return this.#readOnly ? -errno.EROFS : this.host.native.makeDirectory(this.fd, memory, at, length);
  }

  override removeDirectory({ memory, at, length }: PathArgument): number {
    this.#note(1);
    return this.#readOnly ? -errno.EROFS : this.host.native.unlink(this.fd, memory, at, length, 1);
  }

  override unlink({ memory, at, length }: PathArgument): number {
    this.#note(1);
    return this.#readOnly ? -errno.EROFS : this.host.native.unlink(this.fd, memory, at, length, 0);
  }

  override rename({ memory, at, length }: PathArgument, to: File, newPath: PathArgument): number {
    if (!(to instanceof HostDir)) return -errno.ENOTDIR;
    this.#note(1);
    to.#note(1);
    if (this.#readOnly || to.#readOnly) return -errno.EROFS;
    return this.host.native.rename(this.fd, memory, at, length, to.fd, newPath.at, newPath.length);
  }

  override link({ memory, at, length }: PathArgument, to: File, newPath: PathArgument): number {
    if (!(to instanceof HostDir)) return -errno.ENOTDIR;
    this.#note(1);
    to.#note(1);
    // Also from a read-only directory: the new name would make the file writable.
    if (this.#readOnly || to.#readOnly) return -errno.EROFS;
    return this.host.native.link(this.fd, memory, at, length, to.fd, newPath.at, newPath.length);
  }

  override symlink(target: PathArgument, path: PathArgument): number {
    this.#note(1);
    if (this.#readOnly) return -errno.EROFS;
    return this.host.native.symlink(path.memory, target.at, target.length, this.fd, path.at, path.length);
  }

  override readLink({ memory, at, length }: PathArgument, buffer: number, bufferLength: number): number {
    this.#grant?.read();
    return this.host.native.readLink(this.fd, memory, at, length, buffer, bufferLength);
  }

  override readDirectory(memory: MemoryBuffer, buffer: number, length: number, cookie: bigint): number {
    this.#grant?.read();
    const readable = this.#openReadable();
    if (readable < 0) return readable;
    return this.host.native.readDirectory(readable, memory, buffer, length, cookie);
  }

  override stat(out: MemoryBuffer, at: number): number {
    this.#grant?.read();
    return super.stat(out, at);
  }

  override sync(): number {
    this.#grant?.read();
    const readable = this.#openReadable();
    return readable < 0 ? readable : this.host.native.sync(readable);
  }

  override setTimes({ access, modification, flags }: Times): number {
    this.#note(1);
    return this.#readOnly ? -errno.EROFS : this.host.native.setTimes(this.fd, access, modification, flags);
  }

  /** Directories have neither a position to append to nor anything to wait for. */
  override setStatusFlags(_flags: number): number {
    return 0;
  }

  override close(): number {
    if (this.#readable >= 0) this.host.native.closeFd(this.#readable);
    return super.close();
  }

  protected override refuseContent(): number {
    return -errno.EISDIR;
  }

  /** A change that a read-only grant refuses is none that it needs. */
  #note(change: number): void {
    if (change && !this.#readOnly) this.#grant?.write();
    else this.#grant?.read();
  }

  /** What open(2) says on a read-only file system; 0: only an existing file is opened, for reading. */
  #refuseChange({ memory, at, length }: PathArgument, flags: number): number {
    const { native } = this.host;
    const found = native.openAt(this.fd, memory, at, length, (flags & (directory | noFollow)) | pathOnly);
    if (found < 0) return found === -errno.ENOENT && flags & create ? -errno.EROFS : found;
    native.closeFd(found & openedFd.mask);
    const kind = found >>> openedFd.bits;
    if (flags & create && flags & exclusive) return -errno.EEXIST;
    if (kind === fileKinds.symbolicLink) return -errno.ELOOP;
    if (kind === fileKinds.directory) return -errno.EISDIR;
    return flags & (write | truncate) ? -errno.EROFS : 0;
  }

  #openReadable(): number {
    if (this.#readable < 0) {
      const fd = this.host.native.reopenDirectory(this.fd);
      if (fd < 0) return fd;
      this.#readable = fd;
    }
    return this.#readable;
  }
}
