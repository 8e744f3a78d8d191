/**
 * In place of @bytecodealliance/preview2-shim in the bundled transpiler (runtime/bundle-jco.mjs): what jco's tools ask of
 * WASI when they work on bytes. The real one starts a thread when it is loaded, and would offer files and sockets.
 */

/** jco's own glue takes them apart; what it does not find, it says when it is loaded. */
type Shim = Readonly<Record<string, unknown>>;

/** What the tools printed: the text of a Rust panic. */
let printed = '';
/** Attack: a component that makes them print for ever. */
const maxPrintedChars = 4096;

export function takePrinted(): string {
  const text = printed;
  printed = '';
  return text;
}

function refuse(): never {
  throw new Error('the tools have no files and no terminal');
}

const utf8 = new TextDecoder();

class OutputStream {
  checkWrite(): bigint {
    return 65536n;
  }
  write(bytes: Uint8Array): void {
    if (printed.length < maxPrintedChars) printed += utf8.decode(bytes).slice(0, maxPrintedChars);
  }
  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }
  blockingFlush(): void {}
}

class InputStream {}
class StreamError {}
class TerminalInput {}
class TerminalOutput {}
class Descriptor {}
class DirectoryEntryStream {}

export const environment: Shim = { getEnvironment: (): [string, string][] => [] };
export const exit: Shim = { exit: refuse };
export const stdin: Shim = { getStdin: (): InputStream => new InputStream() };
export const stdout: Shim = { getStdout: (): OutputStream => new OutputStream() };
export const stderr: Shim = { getStderr: (): OutputStream => new OutputStream() };
export const terminalInput: Shim = { TerminalInput };
export const terminalOutput: Shim = { TerminalOutput };
export const terminalStdin: Shim = { getTerminalStdin: (): undefined => undefined };
export const terminalStdout: Shim = { getTerminalStdout: (): undefined => undefined };
export const terminalStderr: Shim = { getTerminalStderr: (): undefined => undefined };
export const preopens: Shim = { getDirectories: (): [] => [] };
export const types: Shim = { Descriptor, DirectoryEntryStream, filesystemErrorCode: refuse };
export const error: Shim = { Error: StreamError };
export const streams: Shim = { InputStream, OutputStream };
/** Seeds of hash maps: the same each time, so that one component always becomes the same pack. */
export const random: Shim = { getRandomBytes: (length: bigint): Uint8Array => new Uint8Array(Number(length)) };
