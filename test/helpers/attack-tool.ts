/** Like runtime/components/tool.ts, but what runs in its container is an attack, as if a component had taken over jco. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Delivery } from '../../native/delivery.ts';
import { loadNative } from '../../native/load.ts';
import type { Native } from '../../native/native.ts';
import { runTool } from '../../runtime/components/tool-process.ts';
import { type AttackNative, type Kit, makeKit } from './attack-kit.ts';

const secretFile = process.env.SECRET_FILE ?? '';

const atCwd = -100;
const createOrTruncate = 0o1101;

const attacks: Readonly<Record<string, (kit: Kit) => unknown>> = {
  nothing: () => undefined,
  read: ({ call, text }) => call('openat', atCwd, text(secretFile), 0, 0),
  write: ({ call, text }) => call('openat', atCwd, text('/tmp/wasmctr-attack'), createOrTruncate, 0o600),
  unlink: ({ call, text }) => call('unlinkat', atCwd, text(secretFile), 0),
  socket: ({ call }) => call('socket', 2, 1, 0),
  socketpair: ({ call, ints }) => call('socketpair', 1, 1, 0, ints(0, 0)),
  clone: ({ call }) => call('clone', 17, 0, 0, 0, 0),
  execve: ({ call, text }) => call('execve', text('/bin/true'), 0, 0),
  kill: ({ call }) => call('kill', 1, 9),
  ptrace: ({ call }) => call('ptrace', 16, 1, 0, 0),
  memfd: ({ call, text }) => call('memfd_create', text('x'), 0),
  executable: ({ call }) => call('mmap', 0, 4096, 7, 0x22, -1, 0),
  // The component itself: it was opened for reading.
  'write-component': ({ fds }) => writeSync(fds[0] ?? -1, 'x'),
  // The report of the tool process: descriptors that it had before the fork are closed.
  'write-report': () => writeSync(3, '{"ok":true}'),
  descriptors: () => Array.from({ length: 64 }, (_, fd) => isOpen(fd)).join(''),
  memory: () => Array.from({ length: 64 }, () => new Uint8Array(64 * 1024 * 1024).fill(1)).length,
  flood: () => {
    const piece = 'x'.repeat(1 << 20);
    for (;;) writeSync(1, piece);
  },
};

/** By a write of nothing, which the filter lets through. */
function isOpen(fd: number): number {
  try {
    writeSync(fd, '');
    return 1;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EBADF' ? 0 : 1;
  }
}

function attack(native: Native, delivery: Delivery): never {
  let said: string;
  try {
    said = String(attacks[process.argv[2] ?? '']?.(makeKit(native as AttackNative, delivery)));
  } catch (error) {
    said = String(error);
  }
  const io = { calls: 0, readBytes: 0, writtenBytes: 0, outputBytes: 0, outputTruncated: false };
  const message = { type: 'outcome', outcome: { kind: 'returned', results: [said] }, io, uses: null };
  native.sendMessage(delivery.controlFd, new TextEncoder().encode(JSON.stringify(message)));
  return native.exitNow(0);
}

// What an open file of the tool process's own would be.
const own = openSync(secretFile, 'r');
void runTool(loadNative(), attack).finally(() => closeSync(own));
