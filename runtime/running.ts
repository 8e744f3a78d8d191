/** A container that the launcher has started from a record: nothing of its start is done again, or looked at. */
import type { Grants } from './grants.ts';

/** It has them already. What they were is of use to a receipt, and a start with a receipt is never repeated. */
export const runningGrants: Grants = {
  fds: [],
  module: { bytes: 0, pack: null, packName: null, code: null },
  preopens: [],
  listeners: [],
  network: null,
  imports: null,
  close: () => {},
};
