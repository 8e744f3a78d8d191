import type { Prober } from '../native/probe.ts';
import { storePlace } from './components/store-place.ts';
import { doctor } from './doctor.ts';
import { frozenRow } from './doctor-frozen.ts';
import { imageFailures, imageFolder } from './frozen/images.ts';

/** `launcherSays`: whether it would use an image. */
export function doctorCommand(
  native: Prober,
  env: readonly string[],
  launcherSays: string,
): { json: unknown; text: string; exitCode: number } {
  const place = storePlace(env, process.geteuid?.() ?? 0);
  const failures = typeof place === 'string' ? [] : imageFailures(imageFolder(place.folder));
  return doctor(native, frozenRow(launcherSays, failures));
}
