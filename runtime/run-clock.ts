/** Where the time of a run goes. */
import { nowMs } from './now.ts';
import type { Durations } from './result.ts';
import type { Container } from './template.ts';

export interface Clock {
  planned(): void;
  stop(
    ending: { readyAtMs: number | null; endedAtMs: number; messages: { ready?: { compileUs: number } } } | null,
  ): Durations;
}

/** nowMs() counts from the start of the process. */
export function startClock({ forkedAtMs }: Container): Clock {
  const startMs = nowMs();
  let plannedMs = startMs;
  return {
    planned: () => {
      plannedMs = nowMs();
    },
    stop: (ending) => {
      const endMs = ending?.endedAtMs ?? nowMs();
      const readyMs = ending?.readyAtMs ?? endMs;
      return {
        totalMs: endMs,
        bootMs: forkedAtMs,
        forkMs: startMs - forkedAtMs,
        planMs: plannedMs - startMs,
        readyMs: Math.max(0, readyMs - plannedMs),
        compileMs: (ending?.messages.ready?.compileUs ?? 0) / 1000,
        guestMs: endMs - readyMs,
      };
    },
  };
}
