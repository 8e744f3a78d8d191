/** `wasmctr completion SHELL`: scripts from the option table. They run no wasmctr at each TAB, as libraries for this do. */
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { zshCompletion } from './completion-zsh.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function completionScript(shell: Shell): string {
  return { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell]();
}
