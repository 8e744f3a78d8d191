// Which preopened directory a path is beneath, the way wasi-libc decides it: the longest preopen that is a prefix.
import { fd_prestat_dir_name, fd_prestat_get, prestat } from "bindings/wasi_snapshot_preview1";

/** A path as WASI wants it: a directory descriptor and a path beneath it. */
export class Beneath {
  constructor(
    public fd: u32,
    public path: ArrayBuffer,
  ) {}
}

// Descriptors 0 to 2 are the streams.
const FIRST_PREOPEN: u32 = 3;
const buffer = memory.data(8, 4);

/** Null when no preopen covers the path. */
export function beneath(path: string): Beneath | null {
  const absolute = path.startsWith("/");
  let best: u32 = 0;
  let bestLength = -1;
  for (let fd = FIRST_PREOPEN; fd_prestat_get(fd, changetype<prestat>(buffer)) == 0; fd++) {
    const name = preopenName(fd, <i32>load<u32>(buffer + 4));
    const prefix = trim(name);
    if (name.startsWith("/") != absolute && prefix != "") continue;
    if (covers(prefix, trim(path)) && prefix.length > bestLength) {
      best = fd;
      bestLength = prefix.length;
    }
  }
  if (bestLength < 0) return null;
  const rest = trim(trim(path).substring(bestLength));
  return new Beneath(best, String.UTF8.encode(rest == "" ? "." : rest));
}

function preopenName(fd: u32, length: i32): string {
  const name = new ArrayBuffer(length);
  fd_prestat_dir_name(fd, changetype<usize>(name), length);
  return String.UTF8.decode(name);
}

function covers(prefix: string, path: string): bool {
  return prefix == "" || path == prefix || path.startsWith(prefix + "/");
}

/** Without the slashes at the front, and without "." which names the preopen itself. */
function trim(path: string): string {
  let start = 0;
  while (start < path.length && path.charCodeAt(start) == 0x2f) start++;
  const rest = path.substring(start);
  if (rest == ".") return "";
  return rest.startsWith("./") ? rest.substring(2) : rest;
}
