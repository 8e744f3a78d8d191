/** Tracing: one line a call, arguments and results decoded by their kind. The same lines are the golden traces. */
import { address, type GuestMemory } from '../kernel/memory.ts';
import type { WasiArgument, WasiFunction, WasiImports } from './index.ts';
import { ProcExit, ProcRaise } from './proc.ts';
import { type FunctionName, type Parameter, parametersOf } from './signatures.ts';
import { type Decoder, errnoName, formatArgument, formatResult, hex } from './strace-format.ts';

/** The same functions, each of which writes its line once it is done. */
export function tracedImports(
  imports: WasiImports,
  memory: GuestMemory,
  write: (line: string) => void,
  unstable: boolean,
): WasiImports {
  const decoder = { memory, unstable };
  return Object.fromEntries(
    Object.entries(imports).map(([name, call]) => [name, traced(name as FunctionName, call, decoder, write)]),
  );
}

function traced(name: FunctionName, call: WasiFunction, decoder: Decoder, write: (line: string) => void): WasiFunction {
  const parameters = parametersOf(name);
  const inner = call as (...args: WasiArgument[]) => number | undefined;
  return (...args: WasiArgument[]) => {
    // Before the call: it may write over its arguments.
    const before = `${name}(${formatArguments(decoder, parameters, args)})`;
    try {
      const result = inner(...args) ?? 0;
      write(`${before} = ${outcome(decoder, parameters, args, result)}\n`);
      return result;
    } catch (error) {
      const end = error instanceof ProcExit ? 'exits' : error instanceof ProcRaise ? 'raises' : 'throws';
      write(`${before} = ? (${end})\n`);
      throw error;
    }
  };
}

function formatArguments(decoder: Decoder, parameters: readonly Parameter[], args: readonly WasiArgument[]): string {
  const shown: string[] = [];
  let at = 0;
  for (const parameter of parameters) {
    const values = args.slice(at, at + parameter.width);
    at += parameter.width;
    if (!parameter.isResult) shown.push(`${parameter.name}=${formatArgument(decoder, parameter.kind, values)}`);
  }
  return shown.join(', ');
}

function outcome(
  decoder: Decoder,
  parameters: readonly Parameter[],
  args: readonly WasiArgument[],
  result: number,
): string {
  let at = 0;
  const shown: string[] = [];
  for (const { name, kind, isResult, width } of parameters) {
    const values = args.slice(at, at + width);
    at += width;
    if (result !== 0) {
      // Which place was bad is worth knowing, and otherwise nowhere to be seen.
      if (isResult && !decoder.memory.has(address(Number(values[0])), 2)) shown.push(`${name}=${hex(values[0])}`);
    } else {
      const text = formatResult(decoder, { kind, isResult }, values, args);
      if (text !== null) shown.push(text);
    }
  }
  if (result !== 0) return shown.length > 0 ? `${errnoName(result)} (${shown.join(', ')})` : errnoName(result);
  return shown.length > 0 ? shown.join(', ') : '0';
}
