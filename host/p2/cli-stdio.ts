/** wasi:cli/stdin, stdout and stderr */
import type { File } from '../kernel/file.ts';
import type { CliStderr, CliStdin, CliStdout } from './abi.generated.ts';
import type { Context } from './context.ts';
import { FileInput, type InputStream, type OutputStream } from './stream.ts';
import { ClosedInput, ClosedOutput } from './stream-closed.ts';
import { StdioOutput } from './stream-stdio.ts';

export function cliStdin({ resources, stdin }: Context): CliStdin {
  const open = (): InputStream => (stdin === null ? new ClosedInput() : new FileInput(null, stdin));
  return {
    'get-stdin':
      ({ tables }) =>
      () =>
        resources.add(tables['input-stream'], open()),
  };
}

export function cliStdout({ resources, stdout }: Context): CliStdout {
  return {
    'get-stdout':
      ({ tables }) =>
      () =>
        resources.add(tables['output-stream'], openOutput(stdout)),
  };
}

export function cliStderr({ resources, stderr }: Context): CliStderr {
  return {
    'get-stderr':
      ({ tables }) =>
      () =>
        resources.add(tables['output-stream'], openOutput(stderr)),
  };
}

function openOutput(file: File | null): OutputStream {
  return file === null ? new ClosedOutput() : new StdioOutput(file);
}
