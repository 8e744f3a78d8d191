/** The receipt of `--stats`: RunResult as aligned text or as one line of JSON. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { WasmctrError } from '../errors.ts';
import { errnoName } from '../kernel-error.ts';
import { formatSize } from '../options-parse.ts';
import type { RunResult } from '../result.ts';
import { descriptorOf } from './descriptor-path.ts';
import { escapeControls, terminalJson } from './terminal.ts';

/** One line, so that it can be told from the guest's own stderr. */
export function receiptJson(result: RunResult): string {
  return `${terminalJson(result)}\n`;
}

type Row = readonly [label: string, value: string];

export function receiptText(result: RunResult): string {
  const rows: Row[] = [
    ['exit', exitText(result)],
    ...timeRows(result),
    ['memory', memoryText(result)],
    ...ioRows(result),
    ...networkRows(result),
    ['code', bytes(result.usage.codeBytes)],
    ...packRows(result),
    ...Object.entries(result.enforced).map(
      ([layer, { enforced, detail }]): Row => [layer, `${enforced ? 'enforced' : 'NOT enforced'}, ${detail}`],
    ),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows
    .map(([label, value]) => `${escapeControls(label, 32).padEnd(width)}  ${escapeControls(value, 512)}\n`)
    .join('');
}

function exitText(result: RunResult): string {
  const reasons = [
    result.error === null ? null : `error: ${result.error.message}`,
    result.trap === null ? null : `trap: ${result.trap.name}`,
    result.signal,
    result.timedOut ? 'timed out' : null,
    result.cpuTimeExceeded ? 'out of CPU time' : null,
    result.oomKilled ? 'out of memory' : null,
    result.seccompViolation === null ? null : `forbidden system call: ${result.seccompViolation}`,
  ].filter((reason) => reason !== null);
  return [String(result.exitCode), ...reasons].join(', ');
}

function timeRows({ durations: times, usage, start }: RunResult): Row[] {
  const stages = `boot ${ms(times.bootMs)}, plan ${ms(times.planMs)}, fork ${ms(times.forkMs)}`;
  const throttled = usage.cgroup === null ? '' : `, throttled ${ms(usage.cgroup.throttledMs)}`;
  return [
    ['total', `${ms(times.totalMs)}, ${start.frozen ? 'frozen' : 'not frozen'}: ${start.detail}`],
    ['start', `${stages}, ready ${ms(times.readyMs)} (compile ${ms(times.compileMs)})`],
    ['guest', ms(times.guestMs)],
    ['CPU', `user ${ms(usage.userMs)}, system ${ms(usage.systemMs)}${throttled}`],
  ];
}

function memoryText({ usage }: RunResult): string {
  const group = usage.cgroup === null ? '' : `, cgroup ${bytes(usage.cgroup.memoryPeakBytes)}`;
  return `peak ${bytes(usage.peakMemoryBytes)}${group}, faults ${usage.minorFaults} minor, ${usage.majorFaults} major`;
}

function ioRows({ usage: { io, cgroup } }: RunResult): Row[] {
  const truncated = io.outputTruncated ? ' (limit reached)' : '';
  const rows: Row[] = [
    ['I/O', `${io.calls} calls, read ${bytes(io.readBytes)}, wrote ${bytes(io.writtenBytes)}`],
    ['output', `${bytes(io.outputBytes)}${truncated}`],
  ];
  if (cgroup !== null) rows.push(['disk', `read ${bytes(cgroup.ioReadBytes)}, wrote ${bytes(cgroup.ioWriteBytes)}`]);
  return rows;
}

/** Of many denials the first tell enough; all are in the JSON, as far as they are counted one by one. */
const shownDenials = 8;

function networkRows({ network }: RunResult): Row[] {
  if (network === null) return [];
  const { connections, accepted, sentBytes, receivedBytes, denied, limit, denials } = network;
  const traffic = `sent ${bytes(sentBytes)}, received ${bytes(receivedBytes)}`;
  const reached = limit === null ? '' : ` (--${limit} reached)`;
  const rows: Row[] = [
    ['network', `${connections} connections, ${accepted} accepted, ${traffic}, ${denied} denied${reached}`],
  ];
  for (const { what, reason, count } of denials.slice(0, shownDenials)) {
    rows.push(['denied', `${what}: ${reason}${count > 1 ? `, ${count} times` : ''}`]);
  }
  return rows;
}

const packTexts = { hit: 'from the cache', made: 'transpiled, and kept in the cache', off: 'transpiled' } as const;

function packRows({ pack }: RunResult): Row[] {
  if (pack === null) return [];
  const note = pack.note === null ? '' : `, not kept: ${pack.note}`;
  return [['component', `${packTexts[pack.cache]}${note}`]];
}

function ms(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

function bytes(value: number): string {
  for (const [unit, scale] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (value >= scale) return value % scale === 0 ? formatSize(value) : `${(value / scale).toFixed(1)}${unit}`;
  }
  return `${value} B`;
}

/** Opens now, writes later: `--stats-file`, and `--output` of learn. */
export function openReceipt(path: string, flag = '--stats-file'): (text: string) => void {
  const failure = (error: unknown) => {
    const code = errnoName(error) ?? 'EIO';
    return new WasmctrError('path', `can't write: ${flag} ${path}: ${code}`, 'check the path', { cause: error });
  };
  try {
    const given = descriptorOf(path);
    const fd = given ?? openSync(path, 'w');
    return (text) => {
      try {
        writeFileSync(fd, text);
        if (given === null) closeSync(fd);
      } catch (error) {
        throw failure(error);
      }
    };
  } catch (error) {
    throw failure(error);
  }
}
