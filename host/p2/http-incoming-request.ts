/**
 * wasi:http/types: incoming-request and response-outparam. Only a server hands them to a guest, and nothing that a
 * command can call makes one: every handle to one is wrong.
 */
import type { HttpTypes } from './abi.generated.ts';
import { type HandleTable, representationOf, trap } from './lower.ts';

type ServerFunctions = Pick<
  HttpTypes,
  Extract<keyof HttpTypes, `${string}incoming-request${string}` | `${string}response-outparam${string}`>
>;

/** Traps on the unknown handle; and on a known one, which there is none of. */
function refuse(table: HandleTable, handle: number): never {
  representationOf(table, handle);
  return trap('a handle of another resource type');
}

export function serverFunctions(): ServerFunctions {
  const request =
    ({ tables }: { tables: Readonly<Record<'incoming-request', HandleTable>> }) =>
    (self: number): never =>
      refuse(tables['incoming-request'], self);
  const outparam =
    ({ tables }: { tables: Readonly<Record<'response-outparam', HandleTable>> }) =>
    (self: number): never =>
      refuse(tables['response-outparam'], self);
  const drop = (): never => trap('a handle of another resource type');
  return {
    '[method]incoming-request.method': request,
    '[method]incoming-request.path-with-query': request,
    '[method]incoming-request.scheme': request,
    '[method]incoming-request.authority': request,
    '[method]incoming-request.headers': request,
    '[method]incoming-request.consume': request,
    '[method]response-outparam.send-informational': outparam,
    '[static]response-outparam.set': outparam,
    '[resource-drop]incoming-request': drop,
    '[resource-drop]response-outparam': drop,
  };
}
