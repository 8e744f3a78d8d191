/** Notes what a guest uses of what it was given. Only where `wasmctr learn` asks: other runs have no record. */
import type { GrantUse, StreamCall } from '../config.ts';

/**
 * One granted directory. What was tried counts, also where it failed: a mkdir(2) that says EEXIST would say EROFS in a
 * read-only directory, and that may be another program's end.
 */
export class Grant {
  use: GrantUse = 'none';

  read(): void {
    if (this.use === 'none') this.use = 'read';
  }

  write(): void {
    this.use = 'write';
  }
}

export class UseRecord {
  environment = false;
  /** In the order of the preopens. */
  readonly grants: Grant[] = [];
  readonly streamCalls: Set<StreamCall> = new Set();

  addGrant(): Grant {
    const grant = new Grant();
    this.grants.push(grant);
    return grant;
  }
}
