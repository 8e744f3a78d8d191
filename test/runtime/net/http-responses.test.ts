/** Responses of real servers as the broker passes them on. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { HttpGuest } from './http-guest.ts';
import { saying, serving } from './http-server.ts';

describe('a response', () => {
  it('has trailers', async () => {
    const url = await serving((_, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('content');
      response.addTrailers({ 'X-Sum': '42' });
      response.end();
    });
    expect(await new HttpGuest().start(url).response()).toMatchObject({ body: 'content', trailers: [['X-Sum', '42']] });
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('has no body: %s, %d', async (method, status) => {
    const url = await serving((_, response) => response.writeHead(status).end());
    const request = new HttpGuest().start(url, { method });
    expect(await request.response()).toMatchObject({ status, body: '', trailers: null });
  });

  it.each([4096, 4097])('is one message up to 4 KiB: %d', async (size) => {
    const url = await serving((_, response) => {
      response.writeHead(200, { 'content-length': size }).end(Buffer.alloc(size, '\xff\0', 'latin1'));
    });
    const request = new HttpGuest().start(url);
    const reply = await request.reply('http-head', 'http-whole');
    expect(reply.kind).toBe(size <= 4096 ? 'http-whole' : 'http-head');
    if (reply.kind === 'http-whole') expect(reply.body).toBe('\xff\0'.repeat(size / 2));
  });

  it('comes after informational ones', async () => {
    const url = await serving((_, response) => {
      response.writeContinue();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.end('final');
    });
    const guest = new HttpGuest();
    for (let i = 0; i < 3; i++) expect(await guest.start(url).response()).toMatchObject({ status: 200, body: 'final' });
  });

  it('comes after a 100 in pieces', async () => {
    const url = await saying(async (socket) => {
      for (const byte of 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok') {
        socket.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect(await new HttpGuest().start(url).response()).toMatchObject({ status: 200, body: 'ok' });
  });

  it('is big, and waits for a slow reader', async () => {
    const size = 20_000_000;
    let sent = 0;
    const url = await serving(async (_, response) => {
      for (; sent < size && !response.destroyed; sent += 100_000) {
        if (!response.write(Buffer.alloc(100_000, 'y'))) await once(response, 'drain');
      }
      response.end();
    });
    const request = new HttpGuest().start(url);
    await request.reply('http-head');
    await new Promise((resolve) => setTimeout(resolve, 300));
    // What the sockets hold between server and guest, far from all of it.
    expect(sent).toBeLessThan(size / 2);
    expect((await request.response()).body.length).toBe(size);
  });

  it('is drained for its trailers', async () => {
    const url = await serving((_, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      response.write('y'.repeat(5_000_000));
      response.addTrailers({ 'x-sum': '42' });
      response.end();
    });
    const request = new HttpGuest().start(url);
    await request.reply('http-head');
    request.stream?.destroy();
    request.tell({ kind: 'http-drain' });
    expect(await request.reply('http-end')).toMatchObject({ trailers: [['x-sum', '42']] });
  });

  it('may come before the body of the request is over', async () => {
    const url = await serving((request, response) => {
      request.resume();
      response.writeHead(413).end('too much');
    });
    const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
    await request.reply('http-opened');
    request.stream?.on('error', () => {});
    request.stream?.write('a beginning');
    expect(await request.response()).toMatchObject({ status: 413, body: 'too much' });
  });

  it('flows while the request does', async () => {
    const url = await serving((request, response) => request.pipe(response));
    const request = new HttpGuest().start(url, { method: 'POST', hasBody: true });
    await request.reply('http-opened');
    for (const word of ['one', 'two', 'three']) {
      request.stream?.write(word);
      await request.reply('http-head');
      const [chunk] = await once(request.stream?.resume() ?? process, 'data');
      request.stream?.pause();
      expect(String(chunk)).toBe(word);
    }
    request.tell({ kind: 'http-finish', bodyBytes: 11, trailers: [] });
    expect(await request.reply('http-end', 'http-failed')).toMatchObject({ kind: 'http-end' });
  });
});
