/** Starts the process that makes code (tool.ts), which nobody waits for. */
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Native } from '../../native/native.ts';
import type { ToolRequest } from './tool-protocol.ts';

/** Beside the bundle's other files. */
const toolScript = join(__dirname, 'code-tool.cjs');

export function startTool(native: Native, file: string, request: ToolRequest): void {
  const fds: number[] = [];
  const opened = (fd: number): number => {
    fds.push(fd);
    return fd;
  };
  try {
    const nothing = opened(openSync('/dev/null', 'r+'));
    const code = opened(native.memfd('wasmctr-code', new Uint8Array(0)));
    const order = opened(native.memfd('wasmctr-request', Buffer.from(JSON.stringify(request))));
    const module = opened(openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY));
    // The same flags: V8 takes code only from a process that has them.
    const command = [process.execPath, ...process.execArgv, toolScript];
    native.spawnDetached(command, [nothing, code, nothing, order, module]);
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}
