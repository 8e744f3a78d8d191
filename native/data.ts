/** Data plane of the seam: one crossing per WASI call, no copies. Returns a count or −errno; never throws. */
import type { Fd } from './native.ts';

export interface DataPlane {
  /** readv(2) into iovecs that stand in guest memory. */
  readv(fd: Fd, memory: ArrayBuffer, iovs: number, count: number): number;
}
