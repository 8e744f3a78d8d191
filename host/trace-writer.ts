/** Where the lines of `--strace` go. */
import { waitModes } from '../native/data.ts';
import type { Native } from '../native/native.ts';

const encoder = new TextEncoder();
const stderrFd = 2;

/** Longest line traced. Attack: a path or buffer of the guest's that fills our memory. */
const maxTraceBytes = 8192;

/** Lines of `--strace` on stderr, whole ones as far as it takes them. A stderr that is gone ends the tracing, not the guest. */
export function traceWriter(native: Native): (line: string) => void {
  const buffer = new ArrayBuffer(8 + maxTraceBytes);
  const text = new Uint8Array(buffer, 8);
  return (line) => {
    const length = encoder.encodeInto(line, text).written;
    text[length - 1] = 0x0a; // also where the line was cut
    for (let done = 0; done < length; ) {
      writeIovec(buffer, 8 + done, length - done);
      const count = native.writev(stderrFd, buffer, 0, 1, waitModes.sharedBlocking, length - done);
      if (count <= 0) return;
      done += count;
    }
  };
}

/** The data plane takes iovecs from the buffer itself: ours stands in its first bytes. */
function writeIovec(buffer: ArrayBuffer, address: number, length: number): void {
  const view = new DataView(buffer);
  view.setUint32(0, address, true);
  view.setUint32(4, length, true);
}
