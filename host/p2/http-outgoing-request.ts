/** wasi:http/types: outgoing-request. */
import type { HttpTypes } from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import { childFields, Fields } from './http-fields.ts';
import { OutgoingMessage, storeBody } from './http-outgoing-message.ts';
import {
  httpMethods,
  httpSchemes,
  isAuthority,
  isPathWithQuery,
  methodSyntax,
  type NameOrOther,
  nameArgument,
  schemeSyntax,
  shortText,
  storeName,
  storeOption,
} from './http-request-parts.ts';
import type { Lower } from './lower.ts';

export class OutgoingRequest extends OutgoingMessage {
  readonly kind = 'request';
  method: NameOrOther = { tag: 0, text: 'GET' };
  pathWithQuery: string | null = null;
  scheme: NameOrOther | null = null;
  authority: string | null = null;
}

type RequestFunctions = Pick<HttpTypes, Extract<keyof HttpTypes, `${string}outgoing-request${string}`>>;

export function outgoingRequestFunctions(context: Context): RequestFunctions {
  const { resources } = context;
  const get = ({ tables }: Lower<'outgoing-request'>, self: number): OutgoingRequest =>
    resources.get(tables['outgoing-request'], self, OutgoingRequest);

  /** result: sets the property where the text is there and of the right syntax, or absent. */
  const setText =
    (property: 'pathWithQuery' | 'authority', isValid: (text: string) => boolean) =>
    (lower: Lower<'outgoing-request'>) =>
    (self: number, isThere: number, pointer: number, length: number): number => {
      const request = get(lower, self);
      const text = isThere === 0 ? null : shortText(lower, pointer, length);
      if (isThere !== 0 && (text === null || !isValid(text))) return 1;
      request[property] = text;
      return 0;
    };

  return {
    '[constructor]outgoing-request':
      ({ tables }) =>
      (headers) => {
        const { map } = resources.take(tables.fields, headers, Fields);
        return resources.add(tables['outgoing-request'], new OutgoingRequest(map));
      },

    '[method]outgoing-request.body': (lower) => (self, result) =>
      storeBody(context, lower, result, () => get(lower, self)),

    '[method]outgoing-request.method': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 12, 4);
      storeName(lower, at, httpMethods, get(lower, self).method);
    },

    '[method]outgoing-request.set-method': (lower) => (self, tag, pointer, length) => {
      const request = get(lower, self);
      const method = nameArgument(lower, httpMethods, [tag, pointer, length], methodSyntax);
      if (method === null) return 1;
      request.method = method;
      return 0;
    },

    '[method]outgoing-request.path-with-query': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 12, 4);
      storeOption(lower, at, get(lower, self).pathWithQuery);
    },
    '[method]outgoing-request.set-path-with-query': setText('pathWithQuery', isPathWithQuery),

    /** option<scheme>: the variant at +4. */
    '[method]outgoing-request.scheme': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 16, 4);
      const { scheme } = get(lower, self);
      lower.memory.setU8(at, scheme === null ? 0 : 1);
      if (scheme !== null) storeName(lower, at + 4, httpSchemes, scheme);
    },

    '[method]outgoing-request.set-scheme': (lower) => (self, isThere, tag, pointer, length) => {
      const request = get(lower, self);
      const scheme = isThere === 0 ? null : nameArgument(lower, httpSchemes, [tag, pointer, length], schemeSyntax);
      if (isThere !== 0 && scheme === null) return 1;
      request.scheme = scheme;
      return 0;
    },

    '[method]outgoing-request.authority': (lower) => (self, result) => {
      const at = returnPointer(lower, result, 12, 4);
      storeOption(lower, at, get(lower, self).authority);
    },
    '[method]outgoing-request.set-authority': setText('authority', isAuthority),

    '[method]outgoing-request.headers': (lower) => (self) => {
      const request = get(lower, self);
      return childFields(context, lower.tables.fields, request, request.headers);
    },

    '[resource-drop]outgoing-request': (representation) => resources.drop(representation),
  };
}
