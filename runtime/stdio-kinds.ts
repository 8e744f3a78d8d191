/** What the caller's stdin, stdout and stderr are, for the guest and for its filter. */
import type { DataPlane, FileKind } from '../native/data.ts';

/** `openMask` has a bit for each that was open when the launcher started: Node puts /dev/null in place of the others. */
export function stdioKinds(native: Pick<DataPlane, 'fileKind'>, openMask: number): readonly (FileKind | null)[] {
  return [0, 1, 2].map((fd) => (openMask & (1 << fd) ? (native.fileKind(fd) as FileKind) : null));
}
