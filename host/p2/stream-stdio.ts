/** stdout and stderr: a write waits until all of it is written, as Wasmtime's does; poll tells who asks first. */
import type { MemoryBuffer } from '../../native/data.ts';
import type { File } from '../kernel/file.ts';
import type { Awaited } from './pollable.ts';
import { OutputStream } from './stream.ts';

/** As many as a pipe holds. */
const permitBytes = 65_536;

export class StdioOutput extends OutputStream {
  readonly #file: File;

  constructor(file: File) {
    super();
    this.#file = file;
  }

  checkWrite(): number {
    return permitBytes;
  }

  write(memory: MemoryBuffer, at: number, length: number): number {
    for (let done = 0; done < length; ) {
      const count = this.#file.write(memory, at + done, length - done, false);
      if (count < 0) return count;
      done += count;
    }
    return 0;
  }

  flush(): number {
    return 0;
  }

  awaited(): Awaited {
    return { kind: 'file', file: this.#file, event: 'write' };
  }
}
