/** Boots the machine and turns what it prints on its serial console into results. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Image } from './image.ts';
import type { Kernel } from './kernel.ts';

export interface VmResult {
  /** `scenario: case`. */
  name: string;
  outcome: 'ok' | 'not ok' | 'skip';
  detail: string;
}

export interface VmRun {
  results: readonly VmResult[];
  /** True when the tests ended by themselves. */
  ended: boolean;
  /** From power on to the first line of the tests. */
  bootMs: number;
  console: string;
}

/** @param kernelArguments e.g. cgroup_no_v1=all @param timeoutMs after that the machine is switched off */
export async function runMachine(
  kernel: Kernel,
  image: Image,
  kernelArguments: string,
  timeoutMs: number,
): Promise<VmRun> {
  const qemu = spawn('qemu-system-x86_64', machineArguments(kernel, image, kernelArguments), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = performance.now();
  const timer = setTimeout(() => qemu.kill('SIGKILL'), timeoutMs);
  const run = { results: [] as VmResult[], ended: false, bootMs: Number.NaN, console: '' };
  qemu.stderr.on('data', (chunk: Buffer) => {
    run.console += `qemu: ${chunk}`;
  });
  for await (const line of createInterface({ input: qemu.stdout })) {
    run.console += `${line}\n`;
    if (line.startsWith('ready')) run.bootMs = performance.now() - started;
    if (line.startsWith('ended 0')) run.ended = true;
    const result = parseLine(line);
    if (result !== null) run.results.push(result);
  }
  clearTimeout(timer);
  return run;
}

/** No network, no display, and the disk is as it was after each run. */
function machineArguments(kernel: Kernel, image: Image, kernelArguments: string): string[] {
  return [
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1536'],
    ...['-nodefaults', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...['-kernel', kernel.image, '-initrd', image.initramfs],
    ...['-append', `console=ttyS0 quiet panic=-1 ${kernelArguments}`],
    ...['-drive', `file=${image.disk},format=raw,if=virtio,snapshot=on`],
  ];
}

function parseLine(line: string): VmResult | null {
  const match = /^(ok|not ok|skip) (.*?)(?: # (.*))?$/.exec(line.trimEnd());
  if (match === null) return null;
  return { outcome: match[1] as VmResult['outcome'], name: match[2] ?? '', detail: match[3] ?? '' };
}
