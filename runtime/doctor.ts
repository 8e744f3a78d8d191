/** `wasmctr doctor`: what this machine offers, layer by layer, and what to do about what it lacks. */
import type { Prober } from '../native/probe.ts';
import { cgroupRows } from './doctor-cgroup.ts';
import { type EngineFacts, engineFacts, engineRows } from './doctor-engine.ts';
import { kernelRows } from './doctor-kernel.ts';
import { detectCgroups } from './sandbox/cgroup-host.ts';

export interface DoctorRow {
  layer: string;
  /** limited: works, but less than it could, or only in a way that the detail tells. */
  status: 'ok' | 'limited' | 'missing';
  /** A run refuses to start without it, unless --best-effort. */
  required: boolean;
  detail: string;
  fix: string | null;
}

export interface DoctorReport {
  rows: readonly DoctorRow[];
  /** 0 when everything required is there. */
  exitCode: 0 | 1;
}

export function doctorReport(native: Prober, engine: EngineFacts = engineFacts()): DoctorReport {
  const host = detectCgroups();
  const rows = [...engineRows(engine), ...kernelRows(native.probe(), host.mode === 'v2'), ...cgroupRows(host)];
  return { rows, exitCode: rows.some((row) => row.required && row.status === 'missing') ? 1 : 0 };
}

/** For the command line: the same facts for a program and for a person. */
export function doctor(native: Prober, frozen: DoctorRow): { json: unknown; text: string; exitCode: number } {
  const { rows, exitCode } = doctorReport(native);
  const report = { rows: [...rows, frozen], exitCode };
  return {
    json: { ok: report.exitCode === 0, rows: report.rows },
    text: renderDoctor(report),
    exitCode: report.exitCode,
  };
}

export function renderDoctor({ rows, exitCode }: DoctorReport): string {
  const width = Math.max(...rows.map((row) => row.layer.length));
  const lines = rows.flatMap(({ layer, status, required, detail, fix }) => {
    const mark = status === 'missing' && !required ? 'absent' : status;
    const line = `${mark.padEnd(8)}${layer.padEnd(width + 2)}${detail}\n`;
    return fix === null ? [line] : [line, `${' '.repeat(width + 10)}fix: ${fix}\n`];
  });
  const verdict =
    exitCode === 0
      ? 'Everything that a run needs is there.'
      : 'A run needs what is missing; --best-effort runs without.';
  return `${lines.join('')}\n${verdict}\n`;
}
