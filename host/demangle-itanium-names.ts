/** Names in Itanium mangled symbols: nested, local, operators, constructors, lambdas. */
import { parseEncoding } from './demangle-itanium.ts';
import { type Node, scoped, showList, template, word, wrap } from './demangle-itanium-nodes.ts';
import type { ItaniumParser } from './demangle-itanium-parser.ts';
import { operators } from './demangle-itanium-tables.ts';
import { parseCvQualifiers, parseTemplateArgs, parseType, withoutVoid } from './demangle-itanium-types.ts';

export interface Name {
  node: Node;
  /** It ends in template arguments: a function of that name has its result type mangled. */
  isTemplate: boolean;
  /** Constructors, destructors and conversions have no result type. */
  hasNoResult: boolean;
  /** ` const &&` of a member function. */
  suffix: string;
}

/** `isOuter`: template arguments found here are what T_ means in the rest of the encoding. */
export function parseName(parser: ItaniumParser, isOuter: boolean): Name {
  return parser.rule(() => {
    if (parser.peek === 'N') return parseNested(parser, isOuter);
    if (parser.peek === 'Z') return parseLocal(parser, isOuter);
    const isStd = parser.eat('St');
    if (!isStd && parser.peek === 'S') {
      return templated(parser, parser.substitution(), isOuter);
    }
    const part = parseUnqualified(parser, null);
    const node = isStd ? scoped(word('std'), part.node) : part.node;
    if (parser.peek !== 'I') return { node, isTemplate: false, hasNoResult: part.hasNoResult, suffix: '' };
    return { ...templated(parser, parser.remember(node), isOuter), hasNoResult: part.hasNoResult };
  });
}

function templated(parser: ItaniumParser, node: Node, isOuter: boolean): Name {
  const args = parseTemplateArgs(parser, isOuter);
  return { node: template(node, args), isTemplate: true, hasNoResult: false, suffix: '' };
}

function parseNested(parser: ItaniumParser, isOuter: boolean): Name {
  parser.expect('N');
  let suffix = parseCvQualifiers(parser);
  if (parser.eat('R')) suffix += ' &';
  else if (parser.eat('O')) suffix += ' &&';
  let node: Node | null = null;
  let isTemplate = false;
  let hasNoResult = false;
  while (!parser.eat('E')) {
    if (parser.eat('M')) continue; // a member's initializer
    if (node && parser.peek === 'I') {
      node = parser.remember(template(node, parseTemplateArgs(parser, isOuter)));
      isTemplate = true;
      continue;
    }
    isTemplate = false;
    if (!node && parser.eat('St')) {
      node = word('std');
      continue;
    }
    if (!node && parser.peek === 'S') {
      node = parser.substitution();
      continue;
    }
    if (!node && parser.peek === 'T') node = parser.templateParam();
    else if (!node && /^D[tT]/.test(parser.text.slice(parser.position, parser.position + 2))) {
      node = parseType(parser);
      continue;
    } else {
      const part = parseUnqualified(parser, node);
      node = scoped(node, part.node);
      hasNoResult = part.hasNoResult;
    }
    parser.remember(node);
  }
  // The whole is a substitution only where it is a type, which remembers it itself.
  parser.substitutions.pop();
  return { node: node ?? parser.fail(), isTemplate, hasNoResult, suffix };
}

function parseLocal(parser: ItaniumParser, isOuter: boolean): Name {
  parser.expect('Z');
  const outer = parseEncoding(parser);
  parser.expect('E');
  if (parser.eat('s')) {
    discriminator(parser);
    return { node: scoped(outer, word('string literal')), isTemplate: false, hasNoResult: false, suffix: '' };
  }
  let scope = outer;
  if (parser.eat('d')) {
    const number = parser.peek === '_' ? 1 : parser.decimal() + 2;
    parser.expect('_');
    scope = scoped(outer, word(`{default arg#${number}}`));
  }
  const name = parseName(parser, isOuter);
  discriminator(parser);
  return { ...name, node: scoped(scope, name.node) };
}

/** Numbers entities of the same name in one function; nobody prints it. */
function discriminator(parser: ItaniumParser): void {
  const match = /^_(?:\d|_\d{1,9}_)/.exec(parser.text.slice(parser.position, parser.position + 13));
  if (match) parser.take(match[0].length);
}

interface Part {
  node: Node;
  hasNoResult: boolean;
}

function parseUnqualified(parser: ItaniumParser, scope: Node | null): Part {
  parser.eat('L'); // internal linkage
  let part: Part;
  const char = parser.peek;
  if (char >= '0' && char <= '9') part = { node: word(parseSourceName(parser)), hasNoResult: false };
  else if (char === 'C' || /^D[0-5]/.test(parser.text.slice(parser.position, parser.position + 2))) {
    part = parseConstructor(parser, scope ?? parser.fail());
  } else if (parser.eat('DC')) {
    const names: string[] = [];
    while (!parser.eat('E')) names.push(parseSourceName(parser));
    part = { node: word(`[${names.join(', ')}]`), hasNoResult: false };
  } else if (char === 'U') part = { node: parseUnnamed(parser), hasNoResult: false };
  else part = parseOperator(parser);
  let node = part.node;
  while (parser.eat('B')) {
    const tag = parseSourceName(parser);
    node = { ...wrap(node, (text) => `${text}[abi:${tag}]`), base: part.node.base };
  }
  return { ...part, node };
}

export function parseSourceName(parser: ItaniumParser): string {
  const name = parser.take(parser.decimal());
  return /^_GLOBAL_[._$]N/.test(name) ? '(anonymous namespace)' : name;
}

function parseConstructor(parser: ItaniumParser, scope: Node): Part {
  const isDestructor = parser.next() === 'D';
  const isInherited = !isDestructor && parser.eat('I');
  if (!/[0-5]/.test(parser.next())) parser.fail();
  if (isInherited) parseName(parser, false);
  return { node: word(`${isDestructor ? '~' : ''}${scope.base}`, scope.base), hasNoResult: true };
}

function parseUnnamed(parser: ItaniumParser): Node {
  const number = (): number => {
    const value = parser.peek === '_' ? 1 : parser.decimal() + 2;
    parser.expect('_');
    return value;
  };
  if (parser.eat('Ut')) return word(`{unnamed type#${number()}}`);
  parser.expect('Ul');
  parser.lambdaDepth++;
  const params: Node[] = [];
  while (!parser.eat('E')) params.push(parseType(parser));
  parser.lambdaDepth--;
  return word(`{lambda(${showList(withoutVoid(params), null)})#${number()}}`);
}

function parseOperator(parser: ItaniumParser): Part {
  if (parser.eat('cv')) return { node: wrap(parseType(parser), (text) => `operator ${text}`), hasNoResult: true };
  if (parser.eat('li')) return { node: word(`operator"" ${parseSourceName(parser)}`), hasNoResult: false };
  const operator = operators[parser.take(2)] ?? parser.fail();
  const [text] = operator;
  return { node: word(`operator${/^[a-z]/.test(text) ? ' ' : ''}${text}`), hasNoResult: false };
}
