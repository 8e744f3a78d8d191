/** The commands as completion scripts see them. */
import { topicNames } from './help.ts';

interface CompletedCommand {
  name: string;
  summary: string;
  /** Words that can follow, or a file. */
  operand: 'module' | readonly string[];
  flags: readonly { name: string; help: string }[];
  /** It has all flags of `run`. */
  runs?: true;
}

const output = { name: 'output', help: 'write the policy to a file' };
const json = { name: 'json', help: 'print JSON' };

/** A test compares them with the commands of program.ts. */
export const completedCommands: readonly CompletedCommand[] = [
  { name: 'run', summary: 'run a WebAssembly program', operand: 'module', flags: [], runs: true },
  {
    name: 'learn',
    summary: 'run a program and print the policy that it needed',
    operand: 'module',
    flags: [output],
    runs: true,
  },
  { name: 'inspect', summary: 'show what a module is and needs', operand: 'module', flags: [json] },
  { name: 'doctor', summary: 'show what this machine offers', operand: [], flags: [json] },
  { name: 'completion', summary: 'print a completion script', operand: ['bash', 'zsh', 'fish'], flags: [] },
  {
    name: 'help',
    summary: 'print help',
    operand: ['run', 'learn', 'inspect', 'doctor', 'completion', ...topicNames],
    flags: [],
  },
  { name: 'version', summary: 'print the version', operand: [], flags: [] },
];
