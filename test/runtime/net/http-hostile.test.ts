/** Servers that answer with anything: each request ends, in a response or one error, and the broker lives on. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mutation, mutate, mutations } from '../../helpers/mutate.ts';
import { HttpGuest } from './http-guest.ts';
import { saying } from './http-server.ts';

const answers = [
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-a: b\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-t\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nx-t: 1\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\nkeep-alive: timeout=5\r\n\r\n',
  'HTTP/1.0 200 OK\r\nconnection: close\r\n\r\nuntil the end',
];

describe('a server that says anything', () => {
  it('ends each request, and leaves no descriptor', { timeout: 60_000 }, async () => {
    const open = (): number => readdirSync('/proc/self/fd').length;
    const guest = new HttpGuest();
    let pieces: Uint8Array[] = [];
    const url = await saying((socket) => {
      for (const piece of pieces) socket.write(piece);
      setImmediate(() => socket.end());
    });
    const before = open();
    const outcomes = new Map<string, number>();
    const ends = async (answer: string, changes: Mutation[], method: string, cut: number): Promise<void> => {
      const bytes = mutate(Buffer.from(answer, 'latin1'), changes);
      pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const request = guest.start(url, { method, firstByteTimeoutMs: 5000 });
      const outcome = await request.response().then(
        ({ status }) => String(status),
        (error: Error) => error.message,
      );
      request.stream?.destroy();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    };
    const changes = fc.oneof(
      { weight: 1, arbitrary: fc.constant<Mutation[]>([]) },
      { weight: 3, arbitrary: mutations },
    );
    const methods = fc.constantFrom('GET', 'GET', 'HEAD', 'DELETE');
    const property = fc.asyncProperty(fc.constantFrom(...answers), changes, methods, fc.nat(100), ends);
    await fc.assert(property, { numRuns: 400 });
    expect(outcomes.get('200') ?? 0).toBeGreaterThan(20);
    expect(outcomes.size).toBeGreaterThan(3);
    expect([...outcomes.keys()].filter((outcome) => outcome.includes('internal-error'))).toEqual([]);
    await expect.poll(open).toBeLessThanOrEqual(before + 4);
  });
});
