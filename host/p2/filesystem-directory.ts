/** wasi:filesystem/types: descriptor.read-directory, and the directory-entry-stream. */
import { errno } from '../kernel/errno.ts';
import type { FileCount } from '../kernel/file-count.ts';
import type { FilesystemTypes } from './abi.generated.ts';
import { isUtf8, returnPointer, storeBytes } from './canonical.ts';
import type { Context } from './context.ts';
import { descriptorType, type OpenFile, openFileOf } from './filesystem-descriptor.ts';
import { storeOutcome } from './filesystem-error-code.ts';
import { Resource } from './resource.ts';

type DirectoryFunctions = Pick<
  FilesystemTypes,
  | '[method]descriptor.read-directory'
  | '[method]directory-entry-stream.read-directory-entry'
  | '[resource-drop]directory-entry-stream'
>;

/** Of one stream. At least one entry of the longest name (24 + 255) must fit. */
const bufferBytes = 8192;

/** In an entry of the data plane (WASI 0.1's dirent): the next cookie u64, inode u64, name's length u32, kind u8. */
const headerBytes = 24;
const lengthAt = 16;
const kindAt = 20;

interface Entry {
  kind: number;
  name: Uint8Array<ArrayBuffer>;
}

class DirectoryEntryStream extends Resource {
  readonly #open: OpenFile;
  readonly #files: FileCount;
  /** Entries that were read from the kernel and not yet by the guest. */
  #entries: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(0));
  #at = 0;
  /** Where the kernel goes on behind the last whole entry in `#entries`. */
  #cookie = 0n;
  #isEnd = false;

  constructor(open: OpenFile, files: FileCount) {
    super();
    this.#open = open.retain();
    this.#files = files;
    files.add();
  }

  /** The next one but `.` and `..`; null: there is none; or −errno. */
  next(): Entry | null | number {
    for (;;) {
      const entry = this.#parse();
      if (entry === null) {
        if (this.#isEnd) return null;
        const filled = this.#fill();
        if (filled < 0) return filled;
      } else if (!isDots(entry.name)) {
        return entry;
      }
    }
  }

  override dispose(): void {
    this.#open.release();
    this.#files.remove();
  }

  /** The entry at `#at`; null where the rest is not a whole one. */
  #parse(): Entry | null {
    const view = this.#entries;
    const nameAt = this.#at + headerBytes;
    if (nameAt > view.byteLength) return null;
    const end = nameAt + view.getUint32(this.#at + lengthAt, true);
    if (end > view.byteLength) return null;
    this.#cookie = view.getBigUint64(this.#at, true);
    const kind = view.getUint8(this.#at + kindAt);
    this.#at = end;
    return { kind, name: new Uint8Array(view.buffer, nameAt, end - nameAt) };
  }

  #fill(): number {
    if (this.#entries.buffer.byteLength === 0) this.#entries = new DataView(new ArrayBuffer(bufferBytes));
    const { buffer } = this.#entries;
    const used = this.#open.file.readDirectory(buffer, 0, bufferBytes, this.#cookie);
    if (used < 0) return used;
    this.#isEnd = used < bufferBytes;
    this.#entries = new DataView(buffer, 0, used);
    this.#at = 0;
    return used;
  }
}

const dot = 0x2e;

function isDots(name: Uint8Array): boolean {
  return name[0] === dot && (name.length === 1 || (name.length === 2 && name[1] === dot));
}

export function directoryFunctions({ resources, files }: Context): DirectoryFunctions {
  return {
    /** result<own<directory-entry-stream>>: the handle at +4. */
    '[method]descriptor.read-directory': (lower) => (self, result) => {
      const { memory, tables } = lower;
      const at = returnPointer(lower, result, 8, 4);
      const open = openFileOf(resources, tables, self);
      // Attack: a thousand buffers of one directory. Each counts as an open file, as with opendir(3).
      const refusal = open.isDirectory ? (files.hasRoom() ? 0 : -errno.EMFILE) : -errno.ENOTDIR;
      if (!storeOutcome(memory, at, 4, refusal)) return;
      const stream = new DirectoryEntryStream(open, files);
      memory.setU32(at + 4, resources.add(tables['directory-entry-stream'], stream));
    },

    /** result<option<directory-entry>>: whether there is one at +4, its type at +8, its name at +12. */
    '[method]directory-entry-stream.read-directory-entry': (lower) => (self, result) => {
      const { memory, tables } = lower;
      const at = returnPointer(lower, result, 20, 4);
      const entry = resources.get(tables['directory-entry-stream'], self, DirectoryEntryStream).next();
      if (typeof entry === 'number') return void storeOutcome(memory, at, 4, entry);
      // It is skipped: the next call goes on behind it.
      if (entry !== null && !isUtf8(entry.name)) return void storeOutcome(memory, at, 4, -errno.EILSEQ);
      if (entry !== null) storeBytes(lower, at + 12, entry.name);
      memory.setU8(at, 0);
      memory.setU8(at + 4, entry === null ? 0 : 1);
      if (entry !== null) memory.setU8(at + 8, descriptorType(entry.kind));
    },

    '[resource-drop]directory-entry-stream': (representation) => resources.drop(representation),
  };
}
