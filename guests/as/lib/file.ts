// A small file API for guests: the WASI calls with strings and arrays. A descriptor or count below zero is a −errno.
import {
  errnoToString,
  fd_close,
  fd_read,
  fd_readdir,
  fd_write,
  oflags,
  filestat,
  path_filestat_get,
  path_open,
  rights,
} from "bindings/wasi_snapshot_preview1";
import { beneath } from "./paths";

export const READ: i32 = 1;
export const WRITE: i32 = 2;
export const CREATE: i32 = 4;
export const TRUNCATE: i32 = 8;
export const DIRECTORY: i32 = 16;

const FOLLOW: u32 = 1;
const ENOTCAPABLE: i32 = 76;
const CHUNK: i32 = 65536;

export class Stat {
  constructor(
    public type: u8,
    public links: u64,
    public size: u64,
    public modifiedNs: u64,
  ) {}
}

export class Entry {
  constructor(
    public name: string,
    public type: u8,
    public inode: u64,
  ) {}
}

// The host writes results here: statics, so that no call allocates.
const vector = memory.data(8, 4);
const result = memory.data(8, 4);
const statBuffer = memory.data(64, 8);

export function open(path: string, mode: i32): i32 {
  const at = beneath(path);
  if (at == null) return -ENOTCAPABLE;
  let wanted: u64 = rights.FD_FILESTAT_GET;
  if (mode & READ) wanted |= rights.FD_READ | rights.FD_SEEK;
  if (mode & WRITE) wanted |= rights.FD_WRITE;
  if (mode & DIRECTORY) wanted |= rights.FD_READDIR;
  let flags: u16 = 0;
  if (mode & CREATE) flags |= oflags.CREAT;
  if (mode & TRUNCATE) flags |= oflags.TRUNC;
  if (mode & DIRECTORY) flags |= oflags.DIRECTORY;
  const name = changetype<usize>(at.path);
  const error = path_open(at.fd, FOLLOW, name, at.path.byteLength, flags, wanted, wanted, 0, result);
  return error ? -(<i32>error) : load<i32>(result);
}

export function close(fd: i32): i32 {
  return -(<i32>fd_close(fd));
}

/** Up to the array's length; 0 at the end of the file. */
export function read(fd: i32, into: Uint8Array): i32 {
  store<usize>(vector, into.dataStart);
  store<usize>(vector, into.byteLength, 4);
  const error = fd_read(fd, vector, 1, result);
  return error ? -(<i32>error) : load<i32>(result);
}

/** All of the bytes, however many calls that takes. */
export function write(fd: i32, bytes: Uint8Array): i32 {
  let done = 0;
  while (done < bytes.byteLength) {
    store<usize>(vector, bytes.dataStart + done);
    store<usize>(vector, bytes.byteLength - done, 4);
    const error = fd_write(fd, vector, 1, result);
    if (error) return -(<i32>error);
    done += load<i32>(result);
  }
  return done;
}

export function stat(path: string): Stat {
  const at = beneath(path);
  if (at == null) return fail<Stat>("stat", path, -ENOTCAPABLE);
  const error = path_filestat_get(at.fd, FOLLOW, changetype<usize>(at.path), at.path.byteLength, changetype<filestat>(statBuffer));
  if (error) return fail<Stat>("stat", path, -(<i32>error));
  return new Stat(load<u8>(statBuffer, 16), load<u64>(statBuffer, 24), load<u64>(statBuffer, 32), load<u64>(statBuffer, 48));
}

/** All entries of a directory, "." and ".." left out. */
export function readDir(path: string): Entry[] {
  const fd = open(path, DIRECTORY);
  if (fd < 0) return fail<Entry[]>("open", path, fd);
  const entries: Entry[] = [];
  const buffer = new Uint8Array(CHUNK);
  let cookie: u64 = 0;
  let used: u32 = 0;
  do {
    const error = fd_readdir(fd, buffer.dataStart, CHUNK, cookie, result);
    if (error) return fail<Entry[]>("readdir", path, -(<i32>error));
    used = load<u32>(result);
    cookie = takeEntries(buffer.dataStart, used, cookie, entries);
  } while (used == <u32>CHUNK);
  close(fd);
  return entries;
}

export function readFile(path: string): Uint8Array {
  const fd = open(path, READ);
  if (fd < 0) return fail<Uint8Array>("open", path, fd);
  let content = new Uint8Array(0);
  const chunk = new Uint8Array(CHUNK);
  for (let count = read(fd, chunk); count != 0; count = read(fd, chunk)) {
    if (count < 0) return fail<Uint8Array>("read", path, count);
    const longer = new Uint8Array(content.length + count);
    longer.set(content);
    longer.set(chunk.subarray(0, count), content.length);
    content = longer;
  }
  close(fd);
  return content;
}

export function writeFile(path: string, bytes: Uint8Array): void {
  const fd = open(path, WRITE | CREATE | TRUNCATE);
  if (fd < 0) fail<i32>("open", path, fd);
  const count = write(fd, bytes);
  if (count < 0) fail<i32>("write", path, count);
  close(fd);
}

export function text(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.byteLength);
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.wrap(String.UTF8.encode(text));
}

/** Complete entries are taken; one cut by the end of the buffer is read again from the last cookie. */
function takeEntries(start: usize, used: u32, from: u64, entries: Entry[]): u64 {
  let cookie = from;
  for (let at: u32 = 0; at + 24 <= used; ) {
    const length = load<u32>(start + at, 16);
    if (at + 24 + length > used) break;
    const name = String.UTF8.decodeUnsafe(start + at + 24, length);
    cookie = load<u64>(start + at);
    if (name != "." && name != "..") {
      entries.push(new Entry(name, load<u8>(start + at, 20), load<u64>(start + at, 8)));
    }
    at += 24 + length;
  }
  return cookie;
}

/** AssemblyScript has no exceptions: the message goes to stderr and the guest exits 255. */
function fail<T>(what: string, path: string, error: i32): T {
  throw new Error(what + " " + path + ": " + errnoToString(<u16>-error));
}
