/** wasi:filesystem/types' descriptor, and the open file behind it and its streams. */
import { type FileKind, fileKinds } from '../../native/data.ts';
import type { File } from '../kernel/file.ts';
import type { FileCount } from '../kernel/file-count.ts';
import type { HandleTable } from './lower.ts';
import { Resource, type Resources } from './resource.ts';
import { HeldOutput } from './stream.ts';

export const descriptorFlags = {
  read: 0x1,
  write: 0x2,
  fileIntegritySync: 0x4,
  dataIntegritySync: 0x8,
  requestedWriteSync: 0x10,
  mutateDirectory: 0x20,
} as const;

/** Linux's number. */
const SEEK_SET = 0;

export interface OpenFileOptions {
  flags: number;
  mayMutate: boolean;
  files: FileCount;
}

/**
 * What a descriptor and its streams share. A stream may outlive the descriptor that it was made from (the WIT has no
 * word against it, and wasmtime lets it): the kernel's descriptor is closed when the last of them is gone.
 */
export class OpenFile {
  readonly file: File;
  readonly isDirectory: boolean;
  /** As it was opened: `descriptorFlags`. */
  readonly flags: number;
  /** Of a directory: the grant that it is or lies beneath is not read-only. */
  readonly mayMutate: boolean;
  readonly #files: FileCount;
  #users = 1;
  #held: HeldOutput | null = null;
  #positionOf: Resource | null = null;

  /** It is counted already, and counts until it is closed. */
  constructor(file: File, { flags, mayMutate, files }: OpenFileOptions) {
    this.file = file;
    this.isDirectory = file.kind === fileKinds.directory;
    this.flags = flags;
    this.mayMutate = mayMutate;
    this.#files = files;
  }

  /** What pipes and devices have not taken yet: one for all streams, so that bytes stay in their order. */
  get held(): HeldOutput {
    this.#held ??= new HeldOutput(this.file);
    return this.#held;
  }

  /**
   * Puts the kernel's position where this stream is, if it is another's: −errno where there is no such place. Reads and
   * writes at the position are a third faster than those at an offset.
   */
  moveTo(stream: Resource, offset: () => bigint): number {
    if (this.#positionOf === stream) return 0;
    const moved = this.file.lseek(offset(), SEEK_SET, new ArrayBuffer(8), 0);
    this.#positionOf = moved < 0 ? null : stream;
    return moved;
  }

  /** The kernel's position is nobody's from now on. */
  forgetPosition(): void {
    this.#positionOf = null;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    this.#users--;
    if (this.#users > 0) return;
    this.file.close();
    this.#files.remove();
  }
}

export class Descriptor extends Resource {
  readonly open: OpenFile;

  constructor(open: OpenFile) {
    super();
    this.open = open;
  }

  override dispose(): void {
    this.open.release();
  }
}

/** The open file behind a handle. */
export function openFileOf(resources: Resources, tables: { descriptor: HandleTable }, handle: number): OpenFile {
  return resources.get(tables.descriptor, handle, Descriptor).open;
}

/** descriptor-type. FIFOs are `unknown`, as in WASI 0.1 and wasmtime. */
const types: Readonly<Record<FileKind, number>> = {
  [fileKinds.unknown]: 0,
  [fileKinds.blockDevice]: 1,
  [fileKinds.characterDevice]: 2,
  [fileKinds.terminal]: 2,
  [fileKinds.directory]: 3,
  [fileKinds.symbolicLink]: 5,
  [fileKinds.regularFile]: 6,
  [fileKinds.streamSocket]: 7,
};

export function descriptorType(kind: number): number {
  return types[kind as FileKind] ?? 0;
}
