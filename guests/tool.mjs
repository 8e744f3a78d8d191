// Calling compilers, and saying in one line which one is missing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export const run = promisify(execFile);

export async function versionOf(command, args, fix) {
  try {
    return (await run(command, args)).stdout;
  } catch (error) {
    if (error.code === 'ENOENT') missing(command, fix);
    throw error;
  }
}

export function missing(what, fix) {
  throw Object.assign(new Error(`guests: ${what} not found: ENOENT: ${fix}`), { code: 'NO_TOOL' });
}
