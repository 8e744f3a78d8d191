/**
 * C++ symbol names of the Itanium ABI (`_Z…`), as clang and GCC make them. Covers what compilers emit for functions;
 * rare forms (mangled expressions of the last standards, vendor extensions) come back undefined and are shown raw.
 */
import { parseName } from './demangle-itanium-names.ts';
import { declaration, type Node, show, wrap } from './demangle-itanium-nodes.ts';
import { ItaniumParser } from './demangle-itanium-parser.ts';
import { specialNames } from './demangle-itanium-tables.ts';
import { parseType, withoutVoid } from './demangle-itanium-types.ts';
import { orUndefined } from './demangle-parser.ts';

/** The declaration, or undefined when it is no such name. */
export function demangleItanium(symbol: string): string | undefined {
  const [, mangled, clone = ''] = /^_{1,4}Z([^.]*)((?:\..*)?)$/s.exec(symbol) ?? [];
  if (mangled === undefined) return undefined;
  return orUndefined(() => {
    const parser = new ItaniumParser(mangled);
    const text = show(parseEncoding(parser));
    if (parser.position < mangled.length) parser.fail();
    return clone === '' ? text : `${text} [clone ${clone}]`;
  });
}

/** A whole function, variable or table: the grammar's start, and the scope of local names. */
export function parseEncoding(parser: ItaniumParser): Node {
  return parser.rule(() => {
    if (parser.peek === 'T' || parser.peek === 'G') return parseSpecial(parser);
    const outerArgs = parser.templateArgs;
    const name = parseName(parser, true);
    const result = name.isTemplate && !name.hasNoResult && !atEnd(parser) ? parseType(parser) : null;
    const params: Node[] = [];
    while (!atEnd(parser)) params.push(parseType(parser));
    parser.templateArgs = outerArgs;
    if (params.length === 0) return name.node; // a variable
    return declaration(result, name.node, withoutVoid(params), name.suffix);
  });
}

function atEnd(parser: ItaniumParser): boolean {
  return parser.peek === '' || parser.peek === 'E';
}

function parseSpecial(parser: ItaniumParser): Node {
  const code = parser.take(2);
  const title = specialNames[code];
  if (title !== undefined) return wrap(parseType(parser), (text) => title + text);
  switch (code) {
    case 'Th':
    case 'Tv':
      parser.position--;
      skipOffset(parser);
      return wrap(parseEncoding(parser), (text) => `${code === 'Tv' ? 'virtual' : 'non-virtual'} thunk to ${text}`);
    case 'Tc':
      skipOffset(parser);
      skipOffset(parser);
      return wrap(parseEncoding(parser), (text) => `covariant return thunk to ${text}`);
    case 'TH':
    case 'TW': {
      const title = code === 'TH' ? 'TLS init function for ' : 'TLS wrapper function for ';
      return wrap(parseName(parser, true).node, (text) => title + text);
    }
    case 'GV':
      return wrap(parseName(parser, true).node, (text) => `guard variable for ${text}`);
    case 'GT': {
      const kind = parser.next() === 't' ? 'transaction' : 'non-transaction';
      return wrap(parseEncoding(parser), (text) => `${kind} clone for ${text}`);
    }
    case 'GR': {
      const node = wrap(parseName(parser, true).node, (text) => `reference temporary for ${text}`);
      while (parser.peek !== '' && parser.peek !== 'E') parser.next(); // its number
      return node;
    }
    default:
      return parser.fail();
  }
}

/** `h <number> _` or `v <number> _ <number> _`: how a thunk adjusts `this`. */
function skipOffset(parser: ItaniumParser): void {
  const kind = parser.next();
  if (kind !== 'h' && kind !== 'v') parser.fail();
  for (let left = kind === 'h' ? 1 : 2; left > 0; left--) {
    parser.eat('n');
    parser.decimal();
    parser.expect('_');
  }
}
