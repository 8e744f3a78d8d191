/** `--strace` for components: a line a call, with the core arguments (pointers and handles) as they cross. */
import { ComponentExit } from './exit.ts';
import type { Wrap } from './provide.ts';

type Core = (...args: (number | bigint)[]) => number | bigint | undefined;

export function traceWrap(write: (line: string) => void): Wrap {
  return (name, call) => {
    const inner = call as unknown as Core;
    return ((...args: (number | bigint)[]) => {
      const before = `${name}(${args.map(String).join(', ')})`;
      try {
        const result = inner(...args);
        write(result === undefined ? `${before}\n` : `${before} = ${result}\n`);
        return result;
      } catch (error) {
        write(`${before} = ? (${error instanceof ComponentExit ? 'exits' : 'traps'})\n`);
        throw error;
      }
    }) as ReturnType<Wrap>;
  };
}
