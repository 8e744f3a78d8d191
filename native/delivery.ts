/**
 * What arrives with a plan, as one piece of memory: 32-bit numbers of this machine, then the config. An object that the
 * addon made would be of another shape for V8 than any in a rehearsal, and cost each start a page for every step of its
 * making.
 */
import type { Fd } from './native.ts';

/** In the child, once every stage of the received plan is applied. */
export interface Delivery {
  /** The child's end of the control channel. */
  controlFd: Fd;
  /** The bytes sent beside the plan. */
  config: Uint8Array<ArrayBuffer>;
  /** The descriptors sent beside the plan, in their order. */
  fds: readonly Fd[];
}

const numberBytes = 4;
const headNumbers = 2;

/** Of `awaitPlan()`. */
export function deliveryFrom(raw: Uint8Array<ArrayBuffer>): Delivery {
  const [controlFd = -1, count = 0] = new Int32Array(raw.buffer, raw.byteOffset, headNumbers);
  const fds: Fd[] = [];
  for (const fd of new Int32Array(raw.buffer, raw.byteOffset + headNumbers * numberBytes, count)) fds.push(fd);
  return { controlFd, config: raw.subarray((headNumbers + count) * numberBytes), fds };
}

/** As the addon writes it. */
export function encodeDelivery({ controlFd, config, fds }: Delivery): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array((headNumbers + fds.length) * numberBytes + config.length);
  new Int32Array(raw.buffer, 0, headNumbers + fds.length).set([controlFd, fds.length, ...fds]);
  raw.set(config, raw.length - config.length);
  return raw;
}
