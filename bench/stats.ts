/** Samples taken in turn, so that what else the machine does falls on all of them alike. */

export interface Series {
  name: string;
  samples: number[];
}

/** One sample of each, `rounds` times; the first round warms up and does not count. */
export function interleave(cases: Readonly<Record<string, () => number>>, rounds: number): Series[] {
  const series = Object.keys(cases).map((name): Series => ({ name, samples: [] }));
  for (let round = -1; round < rounds; round++) {
    for (const { name, samples } of series) {
      const sample = cases[name]?.() ?? Number.NaN;
      if (round >= 0) samples.push(sample);
    }
  }
  return series;
}

export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Three significant digits. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

export const ratio = (value: number, base: number): string => `${(value / base).toFixed(2)} ×`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
