/**
 * One container's life without a fork: `node guest-process.ts '{"module": path, "config": {…}, "lost": false}'` delivers
 * a config to runGuest over a real control channel, and prints the messages that come out of it on descriptor 3.
 */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import * as components from '../../host/component/component.ts';
import type { GuestConfig } from '../../host/config.ts';
import { runGuest, warmUp } from '../../host/main.ts';
import { fileKinds } from '../../native/data.ts';
import { loadNative } from '../../native/load.ts';

interface Order {
  module: string;
  config?: Partial<GuestConfig>;
  /** The supervisor is gone. */
  lost?: boolean;
  warm?: boolean;
}

const order = JSON.parse(process.argv[2] ?? '') as Order;
const native = loadNative();
const [mine, theirs] = native.controlPair();
if (order.lost) closeSync(mine);
if (order.warm) warmUp(native);

const config: GuestConfig = {
  moduleFd: 0,
  brokerFd: null,
  component: null,
  keptCode: null,
  reportHot: false,
  workdir: null,
  moduleBytes: statSync(order.module).size,
  args: ['guest'],
  env: [],
  stdio: [fileKinds.unknown, fileKinds.unknown, fileKinds.unknown],
  preopens: [],
  listeners: [],
  invoke: null,
  imports: null,
  unknownImports: 'error',
  strace: false,
  learn: null,
  limits: { maxFiles: 16, maxOutputBytes: 1 << 20, memoryBytes: 64 << 20 },
  ...order.config,
};

/** The real addon, except that the process shows what was sent before it ends. */
const watched = Object.create(native, {
  exitNow: {
    value: (code: number): never => {
      for (
        let message = order.lost ? null : native.receiveMessage(mine);
        message;
        message = native.receiveMessage(mine)
      ) {
        writeSync(3, `${message.length} ${new TextDecoder().decode(message)}\n`);
      }
      return native.exitNow(code);
    },
  },
});

runGuest(
  watched,
  {
    controlFd: theirs,
    config: new TextEncoder().encode(JSON.stringify(config)),
    fds: [openSync(order.module, 'r')],
  },
  components,
);
