import { describe, expect, test } from 'vitest';
import { outside, pathAt, result } from './guest.ts';
import { HttpGuest } from './http.ts';

describe('fields', () => {
  test('keep casing and order, and are found without', () => {
    const guest = new HttpGuest();
    const fields = guest.newFields();
    expect(guest.append(fields, 'X-One', '1')).toBe('ok');
    expect(guest.append(fields, 'Other', new Uint8Array([0xe9, 0x09]))).toBe('ok');
    expect(guest.append(fields, 'x-ONE', '')).toBe('ok');
    expect(guest.entries(fields)).toEqual([
      ['X-One', '1'],
      ['Other', '\xe9\t'],
      ['x-ONE', ''],
    ]);
    expect(guest.getField(fields, 'X-oNe')).toEqual(['1', '']);
    expect([guest.hasField(fields, 'other'), guest.hasField(fields, 'none')]).toEqual([true, false]);
    expect([guest.getField(fields, 'no name'), guest.hasField(fields, '')]).toEqual([[], false]);
  });

  test('are set and deleted by name', () => {
    const guest = new HttpGuest();
    const fields = guest.fromList([
      ['A', '1'],
      ['b', '2'],
      ['a', '3'],
    ]) as number;
    expect(guest.setField(fields, 'a', ['4', '5'])).toBe('ok');
    expect(guest.entries(fields).map(([, value]) => value)).toEqual(['2', '4', '5']);
    expect(guest.deleteField(fields, 'B')).toBe('ok');
    expect(guest.deleteField(fields, 'none')).toBe('ok');
    expect(guest.setField(fields, 'A', [])).toBe('ok');
    expect(guest.entries(fields)).toEqual([]);
  });

  test('a clone is its own, and mutable', () => {
    const guest = new HttpGuest();
    const fields = guest.fromList([['a', '1']]) as number;
    const clone = guest.cloneFields(fields);
    expect(guest.append(clone, 'b', '2')).toBe('ok');
    expect([guest.entries(fields).length, guest.entries(clone).length]).toEqual([1, 2]);
  });

  test.each(['', 'a b', 'a:', 'a\n', 'é', '"a"'])('%j is no name', (name) => {
    const guest = new HttpGuest();
    const fields = guest.newFields();
    expect(guest.append(fields, name, '')).toBe('invalid-syntax');
    expect(guest.setField(fields, name, [])).toBe('invalid-syntax');
    expect(guest.deleteField(fields, name)).toBe('invalid-syntax');
    expect(guest.fromList([[name, '']])).toBe('invalid-syntax');
  });

  test.each(['a\nb', '\r', '\0', '\x7f'])('%j is no value', (value) => {
    const guest = new HttpGuest();
    const fields = guest.newFields();
    expect(guest.append(fields, 'a', value)).toBe('invalid-syntax');
    expect(guest.setField(fields, 'a', ['fine', value])).toBe('invalid-syntax');
    expect(guest.entries(fields)).toEqual([]);
  });

  test.each(['Host', 'Connection', 'keep-alive', 'Transfer-Encoding', 'UPGRADE', 'Proxy-Connection', 'http2-settings'])(
    '%s is forbidden',
    (name) => {
      const guest = new HttpGuest();
      const fields = guest.newFields();
      expect(guest.append(fields, name, 'x')).toBe('forbidden');
      expect(guest.deleteField(fields, name)).toBe('forbidden');
      expect(guest.fromList([[name, 'x']])).toBe('forbidden');
    },
  );

  test('Content-Length is one number', () => {
    const guest = new HttpGuest();
    const fields = guest.newFields();
    for (const value of ['', '-1', '+1', '1 ', '0x1', '9'.repeat(20)]) {
      expect(guest.append(fields, 'content-length', value)).toBe('invalid-syntax');
    }
    expect(guest.append(fields, 'Content-Length', '5')).toBe('ok');
    expect(guest.append(fields, 'content-length', '5')).toBe('invalid-syntax');
    expect(guest.setField(fields, 'content-length', ['1', '1'])).toBe('invalid-syntax');
    expect(guest.setField(fields, 'content-length', ['6'])).toBe('ok');
  });

  test('of a message are immutable, and its children', () => {
    const guest = new HttpGuest();
    const request = guest.newRequest([['a', '1']]);
    const headers = guest.http('[method]outgoing-request.headers', request) as number;
    expect(guest.append(headers, 'b', '2')).toBe('immutable');
    expect(guest.setField(headers, 'a', [])).toBe('immutable');
    expect(guest.deleteField(headers, 'a')).toBe('immutable');
    expect(guest.entries(headers)).toEqual([['a', '1']]);
    expect(() => guest.dropHttp('outgoing-request', request)).toThrow(/dropped before/);
  });

  test('have a ceiling, one list and all together', () => {
    const guest = new HttpGuest();
    const value = 'v'.repeat(60_000);
    const fill = (): number => {
      const fields = guest.newFields();
      for (let i = 0; i < 2; i++) guest.append(fields, 'a', value);
      return fields;
    };
    const first = fill();
    expect(() => guest.append(first, 'a', value)).toThrow(/HTTP fields in one list/);
    const other = new HttpGuest();
    const lists: number[] = [];
    expect(() => {
      for (;;) {
        lists.push(other.newFields());
        for (let i = 0; i < 2; i++) other.append(lists.at(-1) ?? 0, 'a', value);
      }
    }).toThrow(/HTTP fields at once/);
    expect(lists.length).toBeGreaterThan(100);
    for (const fields of lists) other.dropHttp('fields', fields);
    expect(other.append(other.newFields(), 'a', value)).toBe('ok');
  });

  test('lists and strings are where they say they are', () => {
    const guest = new HttpGuest();
    const fields = guest.newFields();
    expect(() => guest.http('[method]fields.get', fields, outside, 100, result)).toThrow(/outside of memory/);
    expect(() => guest.http('[static]fields.from-list', pathAt, 0x1000_0001, result)).toThrow(/outside of memory/);
    expect(() => guest.http('[static]fields.from-list', pathAt + 1, 1, result)).toThrow(/aligned/);
    expect(() => guest.http('[static]fields.from-list', pathAt, 100_000, result)).toThrow(/list of 100000/);
    expect(() => guest.http('[method]fields.has', fields, ...guest.put(pathAt, new Uint8Array([0xff])))).toThrow(
      /UTF-8/,
    );
    expect(() => guest.http('[method]fields.entries', 99, result)).toThrow(/unknown handle/);
  });
});
