/** Samples taken in turn, so that what else the machine does falls on all of them alike. */

export interface Series<Sample = number> {
  name: string;
  samples: Sample[];
}

/** One sample of each, `rounds` times; the first round warms up and does not count. */
export function interleave<Sample = number>(
  cases: Readonly<Record<string, () => Sample>>,
  rounds: number,
): Series<Sample>[] {
  const series = Object.entries(cases).map(([name, sample]) => ({ name, sample, samples: [] as Sample[] }));
  for (let round = -1; round < rounds; round++) {
    for (const { sample, samples } of series) {
      const taken = sample();
      if (round >= 0) samples.push(taken);
    }
  }
  return series.map(({ name, samples }) => ({ name, samples }));
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

/** Numbers to the right, in columns of one width: as the formatter of this repository wants Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((cells) => cells[i]?.length ?? 0)));
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  const line = (cells: readonly string[]): string => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
