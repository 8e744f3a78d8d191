/** wasi:http/outgoing-handler */
import type { HttpOutgoingHandler } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { errorCodeBytes, type HttpError, storeHttpError } from './http-error-code.ts';
import { HttpExchange } from './http-exchange.ts';
import { FutureIncomingResponse } from './http-incoming-response.ts';
import {
  defaultTimeoutMs,
  type HttpStart,
  maxAuthorityBytes,
  maxMethodBytes,
  maxPathBytes,
  maxRequests,
  maxSectionBytes,
  maxTimeoutMs,
} from './http-messages.ts';
import { OutgoingRequest } from './http-outgoing-request.ts';
import { RequestOptions } from './http-request-options.ts';
import { parseAuthority } from './http-request-parts.ts';

export function httpOutgoingHandler(context: Context): HttpOutgoingHandler {
  const { resources } = context;

  function send(request: OutgoingRequest, options: RequestOptions | null): FutureIncomingResponse | HttpError {
    const start = startOf(request, options);
    if ('code' in start) return start;
    // Nothing of the network was allowed, or there is no broker for another reason.
    if (context.broker === null) return { code: 'HTTP-request-denied' };
    // Those that ended meanwhile don't count.
    if (context.http.requests >= maxRequests) context.broker.receive();
    if (context.http.requests >= maxRequests) return { code: 'connection-limit-reached' };
    const exchange = new HttpExchange(context, context.broker, start);
    if (start.hasBody) request.body?.buffer.attach(exchange);
    return new FutureIncomingResponse(exchange);
  }

  return {
    /** result<future-incoming-response, error-code>: at +8. */
    handle: (lower) => (self, hasOptions, options, result) => {
      const at = returnPointer(lower, result, 8 + errorCodeBytes, 8);
      const { memory, tables } = lower;
      const request = resources.take(tables['outgoing-request'], self, OutgoingRequest);
      const taken = hasOptions === 0 ? null : resources.take(tables['request-options'], options, RequestOptions);
      const sent = send(request, taken);
      const isSent = sent instanceof FutureIncomingResponse;
      request.headers.release();
      if (!isSent) request.body?.buffer.abandon();
      memory.setU8(at, isSent ? 0 : 1);
      if (!isSent) return storeHttpError(lower, at + 8, sent);
      return memory.setU32(at + 8, resources.add(tables['future-incoming-response'], sent));
    },
  };
}

/** The request as the broker takes it, or what is wrong with it. */
function startOf(request: OutgoingRequest, options: RequestOptions | null): HttpStart | HttpError {
  const { method, scheme, authority, headers, body } = request;
  const path = request.pathWithQuery ?? '/';
  const bodyBytes = headers.contentLength;
  if (body === null && bodyBytes !== null && bodyBytes !== 0) return { code: 'HTTP-request-body-size', number: 0 };
  // CONNECT asks for a tunnel, which is no response; and its target is no path.
  if (method.text === 'CONNECT' || method.text.length > maxMethodBytes) return { code: 'HTTP-request-method-invalid' };
  // As wasmtime: HTTPS where nothing is said.
  const lowerScheme = (scheme?.text ?? 'https').toLowerCase();
  if (lowerScheme !== 'http' && lowerScheme !== 'https') return { code: 'HTTP-protocol-error' };
  if (authority === null || authority.length > maxAuthorityBytes || parseAuthority(authority) === null) {
    return { code: 'HTTP-request-URI-invalid' };
  }
  if (path.length > maxPathBytes) return { code: 'HTTP-request-URI-too-long' };
  if (headers.bytes > maxSectionBytes) return { code: 'HTTP-request-header-section-size', number: maxSectionBytes };
  // A server that waits for our word before it takes the body never gets one: WASI has no way to hear its answer.
  if (headers.has('expect')) return { code: 'internal-error', text: 'the header expect is not supported' };
  const timeouts = options?.timeoutsNs;
  return {
    kind: 'http-start',
    method: method.text,
    scheme: lowerScheme,
    authority,
    path: path.startsWith('/') ? path : `/${path}`,
    headers: headers.fields,
    hasBody: body !== null && !body.buffer.isEmpty,
    connectTimeoutMs: timeoutMs(timeouts?.['connect-timeout']),
    firstByteTimeoutMs: timeoutMs(timeouts?.['first-byte-timeout']),
    betweenBytesTimeoutMs: timeoutMs(timeouts?.['between-bytes-timeout']),
  };
}

function timeoutMs(ns: bigint | null | undefined): number {
  if (ns === null || ns === undefined) return defaultTimeoutMs;
  return Math.min(Math.max(Math.ceil(Number(ns) / 1e6), 1), maxTimeoutMs);
}
