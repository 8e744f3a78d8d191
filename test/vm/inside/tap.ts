/** One line a result on the console, which is all that comes out of the machine. */
import { writeSync } from 'node:fs';

export function report(outcome: 'ok' | 'not ok' | 'skip', name: string, detail = ''): void {
  const rest = detail === '' ? '' : ` # ${detail.replaceAll(/\s+/g, ' ')}`;
  writeSync(1, `${outcome} ${name}${rest}\n`);
}
