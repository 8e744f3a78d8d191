/** Streams of what the caller closed, and of what has come to its end: closed from the start. */
import type { Awaited } from './pollable.ts';
import { InputStream, OutputStream } from './stream.ts';

export class ClosedInput extends InputStream {
  override isClosed = true;

  read(): number {
    return 0;
  }

  awaited(): Awaited {
    return { kind: 'ready' };
  }
}

export class ClosedOutput extends OutputStream {
  override isClosed = true;

  checkWrite(): number {
    return 0;
  }

  write(): number {
    return 0;
  }

  flush(): number {
    return 0;
  }

  awaited(): Awaited {
    return { kind: 'ready' };
  }
}
