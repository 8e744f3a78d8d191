/** What undici, Node and the policy say of a request that failed → wasi:http's error codes. */
import type { HttpError, HttpErrorCode } from '../../host/p2/http-error-code.ts';
import { maxSectionBytes } from '../../host/p2/http-messages.ts';
import { errnoName } from '../kernel-error.ts';

export class HttpFailure extends Error {
  readonly httpError: HttpError;

  constructor(httpError: HttpError) {
    super(httpError.code);
    this.httpError = httpError;
  }
}

/** By the errors' codes: errno names, undici's, Node's, OpenSSL's. */
const byCode: Readonly<Record<string, HttpErrorCode>> = {
  ECONNREFUSED: 'connection-refused',
  ETIMEDOUT: 'connection-timeout',
  ENETUNREACH: 'destination-IP-unroutable',
  EHOSTUNREACH: 'destination-IP-unroutable',
  ENETDOWN: 'destination-IP-unroutable',
  EADDRNOTAVAIL: 'destination-IP-unroutable',
  EACCES: 'destination-IP-prohibited',
  EPERM: 'destination-IP-prohibited',
  EMFILE: 'connection-limit-reached',
  ENFILE: 'connection-limit-reached',
  ECONNRESET: 'connection-terminated',
  EPIPE: 'connection-terminated',
  UND_ERR_SOCKET: 'connection-terminated',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'HTTP-response-incomplete',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'HTTP-request-body-size',
  EPROTO: 'TLS-protocol-error',
};

/** A certificate's names may be thousands, and go into what Node says of it. */
const maxTextLength = 256;

/** Whether the head of a response had come: what ends the connection then cuts the body. */
export function httpErrorOf(error: unknown, hasHead: boolean): HttpError {
  if (error instanceof HttpFailure) return error.httpError;
  const code = errnoName(error) ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return { code: 'HTTP-response-header-section-size', number: maxSectionBytes };
  // undici compares lengths before it says what else is wrong with a head.
  const isMalformed = error instanceof Error && error.name === 'HTTPParserError';
  if (isMalformed || (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && !hasHead))
    return { code: 'HTTP-protocol-error' };
  const known = byCode[code];
  if (known === 'connection-terminated' && hasHead) return { code: 'HTTP-response-incomplete' };
  if (known === 'connection-terminated' && message === 'bad upgrade') return { code: 'HTTP-upgrade-failed' };
  if (known !== undefined) return { code: known };
  const text = (code === '' ? message : `${code}: ${message}`).slice(0, maxTextLength);
  return tlsError(code, message) ?? { code: 'internal-error', text };
}

/** OpenSSL's X509_V_ERR_ names, as Node reports them, and Node's own check of the name. */
const certificateCodes =
  /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH|ERR_TLS_CERT)/;

function tlsError(code: string, message: string): HttpError | null {
  if (certificateCodes.test(code)) return { code: 'TLS-certificate-error' };
  if (!code.startsWith('ERR_SSL_') && !code.startsWith('ERR_TLS_')) return null;
  const alert = /SSL alert number (\d+)/.exec(message)?.[1];
  if (alert === undefined) return { code: 'TLS-protocol-error' };
  // ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION
  const text = /_ALERT_(\w+)$/.exec(code)?.[1]?.toLowerCase().replaceAll('_', '-');
  return { code: 'TLS-alert-received', number: Number(alert), ...(text === undefined ? {} : { text }) };
}
