/** Whether the next small program starts from an image. */
import type { DoctorRow } from './doctor.ts';

/** `launcherSays`: 'usable', or why not (native/launcher/launcher.c). */
export function frozenRow(launcherSays: string, failures: readonly string[]): DoctorRow {
  const row = { layer: 'frozen start', required: false } as const;
  if (launcherSays === 'usable') return { ...row, status: 'ok', detail: 'an image of a warm process', fix: null };
  const failed = failures.length === 0 ? '' : `; making one failed: ${failures.join('; ')}`;
  return {
    ...row,
    status: 'limited',
    detail: `starts Node: ${launcherSays}${failed}`,
    fix: fixOf(launcherSays, failed),
  };
}

function fixOf(launcherSays: string, failed: string): string | null {
  if (launcherSays === 'switched off') return 'unset WASMCTR_FROZEN';
  return failed === '' ? 'run something: an image is made in the background' : 'WASMCTR_FROZEN=refresh tries again';
}
