/** Expressions within types of Itanium mangled names: array sizes, decltype, constraints. The common ones. */

import { parseEncoding } from './demangle-itanium.ts';
import { parseSourceName } from './demangle-itanium-names.ts';
import { type Node, show, showList, template, word, wrap } from './demangle-itanium-nodes.ts';
import type { ItaniumParser } from './demangle-itanium-parser.ts';
import { literalSuffixes, operators } from './demangle-itanium-tables.ts';
import { parsePackExpansion, parseTemplateArgs, parseType } from './demangle-itanium-types.ts';

export function parseExpression(parser: ItaniumParser): Node {
  return parser.rule(() => {
    const char = parser.peek;
    if (char === 'L') return parseLiteral(parser);
    if (char === 'T') return parser.templateParam();
    if (char >= '0' && char <= '9') return parseUnresolved(parser);
    if (/^f[pL]/.test(parser.text.slice(parser.position, parser.position + 2))) return parseParameter(parser);
    parser.eat('gs');
    return parseOperation(parser, parser.take(2));
  });
}

function parseOperation(parser: ItaniumParser, code: string): Node {
  const one = (): Node => parseExpression(parser);
  switch (code) {
    case 'cl': {
      const callee = one();
      const args = untilEnd(parser);
      return wrap(callee, (text) => `${text}(${showList(args, null)})`);
    }
    case 'cv':
    case 'tl': {
      const type = parseType(parser);
      if (code === 'tl') return braced(show(type), untilEnd(parser));
      const args = parser.eat('_') ? untilEnd(parser) : [one()];
      return wrap(type, (text) => `(${text})(${showList(args, null)})`);
    }
    case 'il':
      return braced('', untilEnd(parser));
    case 'st':
    case 'at':
      return wrap(parseType(parser), (text) => `${code === 'st' ? 'sizeof' : 'alignof'} (${text})`);
    case 'sz':
    case 'az':
      return wrap(one(), (text) => `${code === 'sz' ? 'sizeof' : 'alignof'} (${text})`);
    case 'sZ': {
      const pack = parser.peek === 'T' ? parser.templateParam() : parseParameter(parser);
      return pack.pack ? word(String(pack.pack.length)) : wrap(pack, (text) => `sizeof...(${text})`);
    }
    case 'sp':
      return parsePackExpansion(parser, parseExpression);
    case 'sr':
      return parseScoped(parser);
    case 'dt':
    case 'pt': {
      const object = one();
      const member = parseUnresolved(parser);
      return wrap(object, (text) => `${text}${code === 'dt' ? '.' : '->'}${show(member)}`);
    }
    case 'dn':
      return wrap(word(parseSourceName(parser)), (text) => `~${text}`);
    case 'on':
      return word(`operator${operators[parser.take(2)]?.[0] ?? parser.fail()}`);
    case 'nx':
      return wrap(one(), (text) => `noexcept (${text})`);
    default:
      return parseOperands(parser, operators[code] ?? parser.fail());
  }
}

function parseOperands(parser: ItaniumParser, [text, operands]: readonly [string, number]): Node {
  if (operands === 0) parser.fail();
  const first = parseExpression(parser);
  if (operands === 1) return wrap(first, (operand) => `${text}(${operand})`);
  const second = parseExpression(parser);
  const pair = wrap(first, (left) => `(${left})${text}(${show(second)})`);
  if (operands === 2) return text === '>' ? wrap(pair, (inner) => `(${inner})`) : pair;
  const third = parseExpression(parser);
  return wrap(pair, (inner) => `${inner}:(${show(third)})`);
}

function braced(head: string, items: readonly Node[]): Node {
  return word(`${head}{${showList(items, null)}}`);
}

function untilEnd(parser: ItaniumParser): Node[] {
  const items: Node[] = [];
  while (!parser.eat('E')) items.push(parseExpression(parser));
  return items;
}

/** `fp_`, `fp0_`, `fL0p_`: a parameter of the function that is being declared. */
function parseParameter(parser: ItaniumParser): Node {
  parser.expect('f');
  if (parser.eat('L')) parser.decimal();
  parser.expect('p');
  if (parser.eat('T')) return word('this');
  const number = parser.eat('_') ? 1 : parser.decimal() + 2;
  if (number > 1) parser.expect('_');
  return word(`{parm#${number}}`);
}

/** `sr T name`, `srN T name* E name`, `sr name+ E name`: a name looked up in a type or scope. */
function parseScoped(parser: ItaniumParser): Node {
  const isNested = parser.eat('N');
  const hasNames = parser.peek >= '0' && parser.peek <= '9';
  let scope = hasNames ? parseUnresolved(parser) : parseType(parser);
  if (isNested || hasNames) {
    while (!parser.eat('E')) {
      const level = parseUnresolved(parser);
      scope = wrap(scope, (text) => `${text}::${show(level)}`);
    }
  }
  const name = parseUnresolved(parser);
  return wrap(scope, (text) => `${text}::${show(name)}`);
}

function parseUnresolved(parser: ItaniumParser): Node {
  const name = word(parseSourceName(parser));
  return parser.peek === 'I' ? template(name, parseTemplateArgs(parser, false)) : name;
}

export function parseLiteral(parser: ItaniumParser): Node {
  parser.expect('L');
  if (parser.eat('_Z') || parser.eat('Z')) {
    const encoding = parseEncoding(parser);
    parser.expect('E');
    return encoding;
  }
  const code = parser.peek;
  const type = parseType(parser);
  const end = parser.text.indexOf('E', parser.position);
  const value = parser.take(Math.max(end - parser.position, 0)).replace(/^n/, '-');
  parser.expect('E');
  if (!/^-?[0-9a-f]*(_[0-9a-f]+)?$/.test(value)) parser.fail();
  if (code === 'b') return word(value === '0' ? 'false' : 'true');
  if (show(type) === 'std::nullptr_t') return word('nullptr');
  const suffix = literalSuffixes[code];
  if (suffix !== undefined) return word(`${value}${suffix}`);
  return wrap(type, (text) => (value === '' ? `"<${text}>"` : `(${text})${value}`));
}
