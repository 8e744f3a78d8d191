/** An initramfs: the "newc" format of cpio(5), which the kernel unpacks. */

export interface CpioEntry {
  path: string;
  /** Type and permissions. */
  mode: number;
  data: Uint8Array;
}

export function directory(path: string): CpioEntry {
  return { path, mode: 0o40755, data: new Uint8Array() };
}

export function executable(path: string, data: Uint8Array): CpioEntry {
  return { path, mode: 0o100755, data };
}

export function cpio(entries: readonly CpioEntry[]): Buffer {
  const end: CpioEntry = { path: 'TRAILER!!!', mode: 0, data: new Uint8Array() };
  return Buffer.concat([...entries, end].flatMap((entry, index) => [header(entry, index + 1), padded(entry.data)]));
}

/** Thirteen numbers of eight hex digits each, then the name. */
function header({ path, mode, data }: CpioEntry, inode: number): Buffer {
  const name = `${path}\0`;
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const numbers = fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return padded(Buffer.from(`070701${numbers}${name}`));
}

/** Names and contents end at multiples of four. */
function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
