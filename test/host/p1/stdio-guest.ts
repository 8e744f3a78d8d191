/**
 * Run as a process of its own, whose stdin, stdout and stderr are what is tested. Reads lines `[name, ...args]` (JSON)
 * from descriptor 4, answers on 5 with `{result, u32, hex}`: an errno's name, what stands at the result, and the buffer.
 */
import { readSync, writeSync } from 'node:fs';
import { createGuest } from './guest.ts';
import { buffer, path, putIovecs, putSubscriptions, result } from './layout.ts';

const commandFd = 4;
const answerFd = 5;

const guest = await createGuest({
  limits: { maxFiles: 16, maxOutputBytes: Number(process.argv[2] ?? 1 << 20) },
  listeners: process.argv[3] === undefined ? [] : [{ fd: Number(process.argv[3]) }],
});

/** Calls with structures in memory, by short names. */
const prepared: Record<string, (...args: number[]) => string | undefined> = {
  read: (fd, length) => guest.call.fd_read?.(Number(fd), ...putIovecs(guest, [buffer, Number(length)]), result),
  write(fd, length) {
    guest.bytes(buffer, Number(length)).fill(0x61);
    return guest.call.fd_write?.(Number(fd), ...putIovecs(guest, [buffer, Number(length)]), result);
  },
  pollRead: (fd, waitMs) => poll('read', Number(fd), Number(waitMs)),
  pollWrite: (fd, waitMs) => poll('write', Number(fd), Number(waitMs)),
  recv: (fd, flags) =>
    guest.call.sock_recv?.(Number(fd), ...putIovecs(guest, [buffer, 5]), Number(flags), result, result + 4),
  send: (fd, flags) =>
    guest.call.sock_send?.(Number(fd), ...putIovecs(guest, path(guest, 'sent')), Number(flags), result),
};

function poll(type: 'read' | 'write', fd: number, waitMs: number): string | undefined {
  const clock = { userdata: 1n, clock: 1, timeout: BigInt(waitMs) * 1_000_000n };
  const count = putSubscriptions(guest, { userdata: 2n, type, fd }, clock);
  return guest.call.poll_oneoff?.(0x4000, buffer, count, result);
}

function nextLine(): string | null {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  for (;;) {
    if (readSync(commandFd, one) === 0) return null;
    if (one[0] === 0x0a) return Buffer.from(bytes).toString();
    bytes.push(one[0] ?? 0);
  }
}

for (let line = nextLine(); line !== null; line = nextLine()) {
  const [name, ...args] = JSON.parse(line) as [string, ...number[]];
  const status = (prepared[name] ?? guest.call[name])?.(...args);
  const shown = { result: status, u32: guest.u32(result), hex: Buffer.from(guest.bytes(buffer, 64)).toString('hex') };
  writeSync(answerFd, `${JSON.stringify({ ...shown, counters: guest.counters, trace: guest.trace.at(-1) })}\n`);
}
