/** wasi:http/types' error-code: what went wrong with a request, as host and broker tell each other and as guests see it. */
import { storeString } from './canonical.ts';
import type { Lower } from './lower.ts';

/** In the order of the WIT. */
export const httpErrorCodes = [
  'DNS-timeout',
  'DNS-error',
  'destination-not-found',
  'destination-unavailable',
  'destination-IP-prohibited',
  'destination-IP-unroutable',
  'connection-refused',
  'connection-terminated',
  'connection-timeout',
  'connection-read-timeout',
  'connection-write-timeout',
  'connection-limit-reached',
  'TLS-protocol-error',
  'TLS-certificate-error',
  'TLS-alert-received',
  'HTTP-request-denied',
  'HTTP-request-length-required',
  'HTTP-request-body-size',
  'HTTP-request-method-invalid',
  'HTTP-request-URI-invalid',
  'HTTP-request-URI-too-long',
  'HTTP-request-header-section-size',
  'HTTP-request-header-size',
  'HTTP-request-trailer-section-size',
  'HTTP-request-trailer-size',
  'HTTP-response-incomplete',
  'HTTP-response-header-section-size',
  'HTTP-response-header-size',
  'HTTP-response-body-size',
  'HTTP-response-trailer-section-size',
  'HTTP-response-trailer-size',
  'HTTP-response-transfer-coding',
  'HTTP-response-content-coding',
  'HTTP-response-timeout',
  'HTTP-upgrade-failed',
  'HTTP-protocol-error',
  'loop-detected',
  'configuration-error',
  'internal-error',
] as const;
export type HttpErrorCode = (typeof httpErrorCodes)[number];

/** `text` and `number` are what the code's payload has of each: a size, rcode, alert, field name. Absent: none. */
export interface HttpError {
  code: HttpErrorCode;
  text?: string;
  number?: number;
}

export function isHttpError(value: unknown): value is HttpError {
  if (typeof value !== 'object' || value === null) return false;
  const { code, text = '', number = 0 } = value as Partial<HttpError>;
  return httpErrorCodes.some((known) => known === code) && typeof text === 'string' && typeof number === 'number';
}

type Payload = 'dns' | 'alert' | 'u64' | 'u32' | 'field' | 'optional-field' | 'text';

const payloads: Partial<Record<HttpErrorCode, Payload>> = {
  'DNS-error': 'dns',
  'TLS-alert-received': 'alert',
  'HTTP-request-body-size': 'u64',
  'HTTP-request-header-section-size': 'u32',
  'HTTP-request-header-size': 'optional-field',
  'HTTP-request-trailer-section-size': 'u32',
  'HTTP-request-trailer-size': 'field',
  'HTTP-response-header-section-size': 'u32',
  'HTTP-response-header-size': 'field',
  'HTTP-response-body-size': 'u64',
  'HTTP-response-trailer-section-size': 'u32',
  'HTTP-response-trailer-size': 'field',
  'HTTP-response-transfer-coding': 'text',
  'HTTP-response-content-coding': 'text',
  'internal-error': 'text',
};

/** Of an error-code in memory, aligned to 8. */
export const errorCodeBytes = 32;

/** An `error-code` at `at`: its tag, then the payload 8 bytes further. */
export function storeHttpError(lower: Lower<never>, at: number, error: HttpError): void {
  const { code, text, number } = error;
  const { memory } = lower;
  memory.setU8(at, httpErrorCodes.indexOf(code));
  const payload = at + 8;
  const option = (tag: number, isThere: boolean): boolean => {
    memory.setU8(tag, isThere ? 1 : 0);
    return isThere;
  };
  const storeText = (tag: number): void => {
    if (option(tag, text !== undefined)) storeString(lower, tag + 4, text ?? '');
  };
  const hasNumber = number !== undefined;
  const storeField = (record: number): void => {
    storeText(record);
    if (option(record + 12, hasNumber)) memory.setU32(record + 16, number ?? 0);
  };
  switch (payloads[code]) {
    case 'dns':
      storeText(payload);
      if (option(payload + 12, hasNumber)) memory.setU16(payload + 14, number ?? 0);
      break;
    case 'alert':
      if (option(payload, hasNumber)) memory.setU8(payload + 1, number ?? 0);
      storeText(payload + 4);
      break;
    case 'u64':
      if (option(payload, hasNumber)) memory.setU64(payload + 8, BigInt(number ?? 0));
      break;
    case 'u32':
      if (option(payload, hasNumber)) memory.setU32(payload + 4, number ?? 0);
      break;
    case 'field':
      storeField(payload);
      break;
    case 'optional-field':
      if (option(payload, hasNumber || text !== undefined)) storeField(payload + 4);
      break;
    case 'text':
      storeText(payload);
  }
}
