/** Errors of jco's glue while the guest runs: most of what it finds wrong with a guest's values it throws as a TypeError. */
import { type BacktraceSource, backtraceOf, callSites } from '../backtrace.ts';
import { printable } from '../demangle.ts';
import type { TrapOutcome } from '../trap.ts';
import { glueName } from './glue.ts';

/**
 * The trap that `error` stands for, null when our code threw it. What the glue throws is about what the guest gave it:
 * a wrong discriminant, a pointer outside of memory. Before the component is instantiated, only what the guest called
 * for in a start function: the rest is about what the glue was given to link.
 */
export function describeGlueTrap(error: unknown, source: BacktraceSource, isInstantiated: boolean): TrapOutcome | null {
  if (!(error instanceof Error)) return null;
  const sites = callSites(error);
  // For whoever shows it: reading it once has used it up.
  error.stack = [String(error), ...sites.map((site) => `    at ${site}`)].join('\n');
  if (sites.find((site) => !isOfEngine(site))?.getFileName() !== glueName) return null;
  if (!isInstantiated && !sites.some((site) => site.getFileName()?.startsWith('wasm:'))) return null;
  const message = `the component broke the canonical ABI: ${printable(error.message, 256)}`;
  return { kind: 'trap', name: message, message, backtrace: backtraceOf(sites, source).lines };
}

/** What the glue calls: functions of V8's, and of Node's like TextDecoder. */
function isOfEngine(site: NodeJS.CallSite): boolean {
  const file = site.getFileName();
  return file === null || file === undefined || file.startsWith('node:');
}
