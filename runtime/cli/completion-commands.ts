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
const typesOutput = { name: 'output', help: 'write to a file' };
const wit = { name: 'wit', help: "print a component's WIT" };
const json = { name: 'json', help: 'print JSON' };
const bestEffort = { name: 'best-effort', help: 'do without missing layers of the sandbox' };
const prune = [
  { name: 'max-size', help: 'remove the least recently used until at most this is left' },
  { name: 'older-than', help: 'remove what was not used for as long' },
];

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
  { name: 'inspect', summary: 'show what a module is and needs', operand: 'module', flags: [json, wit] },
  { name: 'types', summary: 'write a component as TypeScript', operand: 'module', flags: [typesOutput] },
  { name: 'doctor', summary: 'show what this machine offers', operand: [], flags: [json] },
  {
    name: 'compile',
    summary: 'prepare components ahead of their first run',
    operand: 'module',
    flags: [bestEffort, json],
  },
  {
    name: 'cache',
    summary: 'list or remove what is kept between runs',
    operand: ['ls', 'prune', 'clear'],
    flags: [...prune, json],
  },
  { name: 'completion', summary: 'print a completion script', operand: ['bash', 'zsh', 'fish'], flags: [] },
  {
    name: 'help',
    summary: 'print help',
    operand: ['run', 'learn', 'inspect', 'types', 'doctor', 'compile', 'cache', 'completion', ...topicNames],
    flags: [],
  },
  { name: 'version', summary: 'print the version', operand: [], flags: [] },
];
