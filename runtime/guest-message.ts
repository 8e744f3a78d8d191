/** Reads what a container reports. It may be anything: the process behind it is assumed hostile. */
import {
  type GuestErrorCode,
  type GuestMessage,
  type GuestOutcome,
  grantUses,
  guestErrorCodes,
  type IoCounters,
  streamCalls,
  type Uses,
} from '../host/config.ts';
import { maxFunctions, maxHotFunctions } from '../host/hot-functions.ts';
import { maxMounts } from './limits.ts';

/** What C++ sends when a stage fails, or when the filter stops the guest (stages.cc, seccomp.cc). */
export type NativeMessage =
  | { type: 'stage'; stage: string; syscall: string; errno: number }
  | { type: 'seccomp'; nr: number; frames: readonly string[] };

export type ContainerMessage = GuestMessage | NativeMessage;

type Fields = Readonly<Record<string, unknown>>;

/** Longest text of a message that is kept. Attack: megabytes of error text in every log. */
const maxTextLength = 4096;
/** What a component's function returned, as one text; host/component/invoke.ts makes none longer. */
export const maxResultLength: number = 16 * 1024;
const maxListLength = 128;
/** Mounts, and the working directory. */
const maxPreopens: number = maxMounts + 1;
const utf8 = new TextDecoder();

/** Null when the bytes are no message: a broken or lying container. */
export function parseContainerMessage(bytes: Uint8Array): ContainerMessage | null {
  try {
    return readMessage(fields(JSON.parse(utf8.decode(bytes))));
  } catch {
    return null;
  }
}

function readMessage(from: Fields): ContainerMessage {
  switch (from.type) {
    case 'ready':
      return {
        type: 'ready',
        compileUs: count(from.compileUs),
        instantiateUs: count(from.instantiateUs),
        codeBytes: count(from.codeBytes),
        isKept: from.isKept === true,
      };
    case 'outcome':
      return {
        type: 'outcome',
        outcome: readOutcome(fields(from.outcome)),
        io: readIo(fields(from.io)),
        uses: from.uses === null ? null : readUses(fields(from.uses)),
      };
    case 'hot':
      return { type: 'hot', functions: functionIndexes(from.functions) };
    case 'failed':
      return { type: 'failed', code: errorCode(from.code), message: text(from.message) };
    case 'stage':
      return { type: 'stage', stage: text(from.stage), syscall: text(from.syscall), errno: count(from.errno) };
    case 'seccomp':
      return { type: 'seccomp', nr: count(from.nr), frames: texts(from.frames) };
    default:
      throw new TypeError('unknown message');
  }
}

function readOutcome(from: Fields): GuestOutcome {
  switch (from.kind) {
    case 'exit':
      return { kind: 'exit', code: count(from.code) };
    case 'returned':
      return { kind: 'returned', results: texts(from.results, maxResultLength) };
    case 'raised':
      return { kind: 'raised', signal: count(from.signal) };
    case 'trap':
      return { kind: 'trap', name: text(from.name), message: text(from.message), backtrace: texts(from.backtrace) };
    default:
      throw new TypeError('unknown outcome');
  }
}

function readIo(from: Fields): IoCounters {
  return {
    calls: count(from.calls),
    readBytes: count(from.readBytes),
    writtenBytes: count(from.writtenBytes),
    outputBytes: count(from.outputBytes),
    outputTruncated: from.outputTruncated === true,
  };
}

function readUses(from: Fields): Uses {
  return {
    preopens: words(from.preopens, grantUses),
    environment: from.environment === true,
    files: count(from.files),
    memoryBytes: from.memoryBytes === null ? null : count(from.memoryBytes),
    streamCalls: words(from.streamCalls, streamCalls),
  };
}

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object');
  return value as Fields;
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
    throw new TypeError('expected a count');
  return value;
}

function text(value: unknown, maxLength = maxTextLength): string {
  if (typeof value !== 'string') throw new TypeError('expected a text');
  return value.slice(0, maxLength);
}

function texts(value: unknown, maxLength = maxTextLength): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError('expected texts');
  return value.slice(0, maxListLength).map((item) => text(item, maxLength));
}

/** Each one of these. More of them than there are mounts is a lie. */
function words<Word extends string>(value: unknown, known: readonly Word[]): readonly Word[] {
  if (!Array.isArray(value) || value.length > maxPreopens) throw new TypeError('expected words');
  return value.map((word: unknown) => {
    const found = known.find((candidate) => candidate === word);
    if (found === undefined) throw new TypeError('unknown word');
    return found;
  });
}

/** Ascending, so none twice. Attack: a list that makes the compiler work for ever, or that names what is not there. */
function functionIndexes(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length > maxHotFunctions) throw new TypeError('expected function indexes');
  let last = -1;
  return value.map((index: unknown) => {
    if (!Number.isSafeInteger(index) || Number(index) <= last || Number(index) >= maxFunctions) {
      throw new TypeError('expected ascending function indexes');
    }
    last = Number(index);
    return last;
  });
}

function errorCode(value: unknown): GuestErrorCode {
  const code = guestErrorCodes.find((known) => known === value);
  if (code === undefined) throw new TypeError('unknown error code');
  return code;
}
