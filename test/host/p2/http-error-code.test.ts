import { describe, expect, test } from 'vitest';
import { type HttpError, httpErrorCodes, isHttpError } from '../../../host/p2/http-error-code.ts';
import { result } from './guest.ts';
import { HttpGuest } from './http.ts';

/** Of the error-code of a failed request: the canonical ABI puts it 24 bytes into the result, its payload 8 further. */
const tagAt = result + 24;
const payload = result + 32;

function failedWith(error: HttpError): HttpGuest {
  const guest = new HttpGuest();
  const future = guest.handle(guest.requestTo('/')) as number;
  guest.answer(guest.said()?.id ?? 0, { kind: 'http-failed', failure: error });
  guest.bytes(result, 64).fill(0xaa);
  guest.getResponse(future);
  expect(guest.u8(tagAt)).toBe(httpErrorCodes.indexOf(error.code));
  return guest;
}

/** option<string> */
const textAt = (guest: HttpGuest, at: number): string | null => (guest.u8(at) === 0 ? null : guest.text(at + 4));

describe('payloads', () => {
  test('option<string>, option<u16>', () => {
    const guest = failedWith({ code: 'DNS-error', text: 'NXDOMAIN', number: 3 });
    expect(textAt(guest, payload)).toBe('NXDOMAIN');
    expect([guest.u8(payload + 12), guest.view().getUint16(payload + 14, true)]).toEqual([1, 3]);
    const none = failedWith({ code: 'DNS-error' });
    expect([none.u8(payload), none.u8(payload + 12)]).toEqual([0, 0]);
  });

  test('option<u8>, option<string>', () => {
    const guest = failedWith({ code: 'TLS-alert-received', text: 'bad', number: 42 });
    expect([guest.u8(payload), guest.u8(payload + 1), textAt(guest, payload + 4)]).toEqual([1, 42, 'bad']);
  });

  test('option<u64>, option<u32>', () => {
    const wide = failedWith({ code: 'HTTP-response-body-size', number: 2 ** 40 });
    expect([wide.u8(payload), wide.u64(payload + 8)]).toEqual([1, 2n ** 40n]);
    const narrow = failedWith({ code: 'HTTP-response-header-section-size', number: 16_384 });
    expect([narrow.u8(payload), narrow.u32(payload + 4)]).toEqual([1, 16_384]);
    expect(failedWith({ code: 'HTTP-request-trailer-section-size' }).u8(payload)).toBe(0);
  });

  test('a record of a field, and an option of it', () => {
    const guest = failedWith({ code: 'HTTP-response-header-size', text: 'x-a', number: 7 });
    expect([textAt(guest, payload), guest.u8(payload + 12), guest.u32(payload + 16)]).toEqual(['x-a', 1, 7]);
    const some = failedWith({ code: 'HTTP-request-header-size', text: 'x-b', number: 8 });
    expect([some.u8(payload), textAt(some, payload + 4)]).toEqual([1, 'x-b']);
    expect([some.u8(payload + 16), some.u32(payload + 20)]).toEqual([1, 8]);
    expect(failedWith({ code: 'HTTP-request-header-size' }).u8(payload)).toBe(0);
  });

  test('option<string>', () => {
    expect(textAt(failedWith({ code: 'internal-error', text: 'why' }), payload)).toBe('why');
    expect(textAt(failedWith({ code: 'HTTP-response-content-coding' }), payload)).toBeNull();
  });

  test('none, for all others', () => {
    for (const code of httpErrorCodes) failedWith({ code });
  });
});

test('what a broker may say', () => {
  expect(isHttpError({ code: 'loop-detected' })).toBe(true);
  for (const wrong of [null, 'loop-detected', {}, { code: 'none' }, { code: 'DNS-error', text: 5 }]) {
    expect(isHttpError(wrong)).toBe(false);
  }
});
