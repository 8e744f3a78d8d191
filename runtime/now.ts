let originMs = 0;

/**
 * Milliseconds since the process started. Not performance.now(): its first use loads ten of Node's modules, 3 ms of a
 * start.
 */
export const nowMs = (): number => process.uptime() * 1000 - originMs;

/** In a process that was restored from an image: it started so long ago, whatever Node remembers. */
export function setElapsed(elapsedMs: number): void {
  originMs = process.uptime() * 1000 - elapsedMs;
}
