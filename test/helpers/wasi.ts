/** The WASI that a suite runs on: guests as they are built, or the same behind the adapter, as components of WASI 0.2. */
export interface Wasi {
  version: '0.1' | '0.2';
  /** `c/hello` → what to run. */
  of(name: string): string;
}

export const wasi1: Wasi = { version: '0.1', of: (name) => name };
export const wasi2: Wasi = { version: '0.2', of: (name) => name.replace('/', '-p2/') };
