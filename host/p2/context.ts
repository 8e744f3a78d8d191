/** What the functions of one component share. */
import type { BrokerClient } from '../kernel/broker.ts';
import type { File, Host } from '../kernel/file.ts';
import type { FileCount } from '../kernel/file-count.ts';
import type { OpenFile } from './filesystem-descriptor.ts';
import type { HttpUsage } from './http-usage.ts';
import type { Pollable } from './pollable.ts';
import type { Resources } from './resource.ts';

export interface Context extends Host {
  resources: Resources;
  args: readonly string[];
  /** In order; a name without `=` has an empty value. */
  env: readonly (readonly [name: string, value: string])[];
  /** Absolute guest path, or null. */
  workdir: string | null;
  /** null: closed by the caller. */
  stdin: File | null;
  stdout: File | null;
  stderr: File | null;
  preopens: readonly { open: OpenFile; guestPath: string }[];
  /** Stdio, preopens, and what the guest opened. */
  files: FileCount;
  /** null: nothing of the network is allowed. */
  broker: BrokerClient | null;
  http: HttpUsage;
  /** The monotonic clock. */
  nowNs(): bigint;
  /** Ends the guest with this code; does not return to it. */
  exit(code: number): never;
  /** 64 KiB between two descriptors, and for what does not go to the guest as it is. */
  scratch: ArrayBuffer;
  /** Waits until one of them is ready. */
  wait(pollable: Pick<Pollable, 'awaited'>): void;
}
