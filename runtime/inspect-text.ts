/** `wasmctr inspect` for people: a few aligned lines, then imports and exports. */
import { printable } from '../host/demangle.ts';
import type { InspectCoreModule, InspectExport, InspectImport, InspectMemory, InspectReport } from './inspect.ts';

/** Lines of a list before it is cut: a library may export thousands of functions, which `--json` shows. */
const maxListed = 60;
const maxNameChars = 120;

export function renderInspect(report: InspectReport): string {
  const facts = [
    ['kind', kindText(report)],
    ['size', sizeText(report)],
    ['memory', report.memories.map(memoryText).join('; ') || 'none'],
    ['made by', report.producers.map(({ name, version }) => clean(`${name} ${version}`.trim())).join(', ')],
    ['uses', report.uses.join(', ')],
    [
      'sections',
      report.customSections.map(({ name, sizeBytes }) => `${clean(name)} (${bytesText(sizeBytes)})`).join(', '),
    ],
  ];
  const blocks = [
    facts.filter(([, text]) => text !== '').map(([title = '', text]) => `${title.padEnd(9)} ${text}`),
    block('imports', importLines(report.imports)),
    block('exports', report.exports.map(exportLine)),
    block('core modules', report.coreModules.map(coreModuleLine)),
    block('wit', ownWit(report.wit)),
    block(
      'flags',
      report.flags.map(({ flag, reason, required }) => `${flag.padEnd(24)} ${reason}${required ? ' (needed)' : ''}`),
    ),
    block("can't run here", report.obstacles),
  ];
  return `${blocks.flatMap((lines) => (lines.length > 0 ? [lines.join('\n')] : [])).join('\n\n')}\n`;
}

function block(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - maxListed;
  const shown = lines.slice(0, maxListed).map((line) => `  ${line}`);
  return [title, ...shown, ...(rest > 0 ? [`  … and ${rest} more: see --json`] : [])];
}

function kindText({ kind, wasi, family }: InspectReport): string {
  const version = wasi.length > 0 ? `, WASI ${wasi.join(' and ')}` : '';
  return `${kind}${version}${family === null ? '' : `, made for ${family}`}`;
}

function sizeText({ sizeBytes, codeBytes, dataBytes, functions }: Omit<InspectCoreModule, 'memories'>): string {
  return `${bytesText(sizeBytes)}: code ${bytesText(codeBytes)} in ${functions} functions, data ${bytesText(dataBytes)}`;
}

function memoryText({ minBytes, maxBytes, is64, shared, imported }: InspectMemory): string {
  const marks = `${is64 ? ', 64-bit' : ''}${shared ? ', shared' : ''}${imported ? ', imported' : ''}`;
  return `${bytesText(minBytes)} at start, ${maxBytes === null ? 'no maximum' : `at most ${bytesText(maxBytes)}`}${marks}`;
}

/** Functions of WASI on one line for each module, the rest with their types. */
function importLines(imports: readonly InspectImport[]): string[] {
  const provided = imports.filter((entry) => entry.provided);
  const lines = [...new Set(provided.map(({ module }) => module))].map((module) => {
    const names = new Set(provided.filter((entry) => entry.module === module).map(({ name }) => name));
    return `${module}: ${[...names].join(', ')}`;
  });
  for (const { module, name, type } of imports.filter((entry) => !entry.provided)) {
    const separator = module === '' ? '' : isInterface(module) ? '#' : '.';
    lines.push(type === '' ? clean(module) : `${clean(module)}${separator}${clean(name)}: ${clean(type)}`);
  }
  return lines;
}

function coreModuleLine(module: InspectCoreModule): string {
  const memories = module.memories.filter(({ imported }) => !imported).map(memoryText);
  return [sizeText(module), ...memories.map((text) => `memory ${text}`)].join('; ');
}

/** Without the packages of WASI, which are the same for all: `--wit` has them. */
function ownWit(wit: string | null): string[] {
  if (wit === null) return [];
  const packages = wit.split(/\n(?=package )/).filter((text) => !text.startsWith('package wasi:'));
  return packages.join('\n').trimEnd().split('\n');
}

const isInterface = (name: string): boolean => /^[^/]+:[^/]+\//.test(name);

function exportLine({ name, kind, type }: InspectExport): string {
  if (kind === 'interface') return clean(name);
  return `${clean(name)}: ${clean(type || kind)}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

function bytesText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || Number.isInteger(value) ? value : value.toFixed(1)} ${units[power]}`;
}

function clean(text: string): string {
  return printable(text, maxNameChars);
}
