/** wasi:cli/terminal-input, terminal-output, terminal-stdin, terminal-stdout and terminal-stderr */
import { fileKinds } from '../../native/data.ts';
import type { File } from '../kernel/file.ts';
import type {
  CliTerminalInput,
  CliTerminalOutput,
  CliTerminalStderr,
  CliTerminalStdin,
  CliTerminalStdout,
} from './abi.generated.ts';
import { returnPointer } from './canonical.ts';
import type { Context } from './context.ts';
import type { HandleTable, Lower } from './lower.ts';
import { Resource } from './resource.ts';

class Terminal extends Resource {}

export function cliTerminalInput({ resources }: Context): CliTerminalInput {
  return { '[resource-drop]terminal-input': (representation) => resources.drop(representation) };
}

export function cliTerminalOutput({ resources }: Context): CliTerminalOutput {
  return { '[resource-drop]terminal-output': (representation) => resources.drop(representation) };
}

/** option<terminal-…>: some where the caller's descriptor is a terminal. */
function answer(
  context: Context,
  file: File | null,
  lower: Pick<Lower, 'memory' | 'checkMayLeave'>,
  table: HandleTable,
  result: number,
): void {
  const at = returnPointer(lower, result, 8, 4);
  const isTerminal = file?.kind === fileKinds.terminal;
  lower.memory.setU8(at, isTerminal ? 1 : 0);
  if (isTerminal) lower.memory.setU32(at + 4, context.resources.add(table, new Terminal()));
}

export function cliTerminalStdin(context: Context): CliTerminalStdin {
  return {
    'get-terminal-stdin': (lower) => (result) =>
      answer(context, context.stdin, lower, lower.tables['terminal-input'], result),
  };
}

export function cliTerminalStdout(context: Context): CliTerminalStdout {
  return {
    'get-terminal-stdout': (lower) => (result) =>
      answer(context, context.stdout, lower, lower.tables['terminal-output'], result),
  };
}

export function cliTerminalStderr(context: Context): CliTerminalStderr {
  return {
    'get-terminal-stderr': (lower) => (result) =>
      answer(context, context.stderr, lower, lower.tables['terminal-output'], result),
  };
}
