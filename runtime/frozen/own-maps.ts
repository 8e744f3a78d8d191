/** What this process has mapped, by the files that it came from: in one that comes from an image the kernel names that. */
import { readFileSync } from 'node:fs';

let frozen: string | null = null;

/** Before freezing. */
export function rememberMaps(): void {
  frozen = readMaps();
}

/** As /proc/self/maps prints it (proc_pid_maps(5)). */
export function ownMaps(): string {
  return frozen ?? readMaps();
}

function readMaps(): string {
  return readFileSync('/proc/self/maps', 'utf8');
}
