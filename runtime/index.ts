/** The library's public face. */

export { type RunHandles, type RunOptions, type RunOutput, run } from './client.ts';
export { type ErrorCode, errorExitCodes, WasmctrError } from './errors.ts';
export type { HostImports } from './host-members.ts';
export type { Durations, EnforcedLayer, PackOrigin, RunResult, Usage } from './result.ts';
