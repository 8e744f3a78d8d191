/** Types and template arguments in Itanium mangled names. */
import { parseExpression, parseLiteral } from './demangle-itanium-expressions.ts';
import { parseName, parseSourceName } from './demangle-itanium-names.ts';
import {
  argumentPack,
  arrayType,
  functionType,
  type Node,
  packExpansion,
  pointer,
  qualified,
  reference,
  show,
  template,
  word,
  wrap,
} from './demangle-itanium-nodes.ts';
import type { ItaniumParser } from './demangle-itanium-parser.ts';
import { builtinTypes, dTypes } from './demangle-itanium-tables.ts';

export function parseType(parser: ItaniumParser): Node {
  return parser.rule(() => {
    const builtin = builtinTypes[parser.peek];
    if (builtin !== undefined) {
      parser.next();
      return word(builtin);
    }
    if (parser.peek === 'D') {
      const named = dTypes[parser.text[parser.position + 1] ?? ''];
      if (named !== undefined) {
        parser.take(2);
        return word(named);
      }
    }
    if (parser.peek === 'S' && !parser.text.startsWith('St', parser.position)) {
      const known = parser.substitution();
      const args = parser.text[parser.position] === 'I' ? parseTemplateArgs(parser, false) : null;
      return args ? parser.remember(template(known, args)) : known;
    }
    return parser.remember(parseCompound(parser));
  });
}

function parseCompound(parser: ItaniumParser): Node {
  switch (parser.peek) {
    case 'r':
    case 'V':
    case 'K':
      return parseQualified(parser);
    case 'P':
      parser.next();
      return pointer(parseType(parser), () => '*');
    case 'R':
      parser.next();
      return reference(parseType(parser), '&');
    case 'O':
      parser.next();
      return reference(parseType(parser), '&&');
    case 'C':
      parser.next();
      return qualified(parseType(parser), ' _Complex');
    case 'F':
      return parseFunctionType(parser);
    case 'A':
      return parseArray(parser);
    case 'M':
      return parseMemberPointer(parser);
    case 'T':
      return parseTemplateParamType(parser);
    case 'D':
      return parseDType(parser);
    case 'U': {
      parser.next();
      const qualifier = parseSourceName(parser);
      return qualified(parseType(parser), ` ${qualifier}`);
    }
    case 'u':
      parser.next();
      return word(parseSourceName(parser));
    default:
      return parseName(parser, false).node;
  }
}

export function parseCvQualifiers(parser: ItaniumParser): string {
  const isRestrict = parser.eat('r');
  const isVolatile = parser.eat('V');
  const isConst = parser.eat('K');
  return `${isConst ? ' const' : ''}${isVolatile ? ' volatile' : ''}${isRestrict ? ' restrict' : ''}`;
}

function parseQualified(parser: ItaniumParser): Node {
  const qualifiers = parseCvQualifiers(parser);
  // The qualifiers of a function type belong to it: no substitution of its own for the bare one.
  const isFunction = parser.peek === 'F' || /^D[oOwx]/.test(parser.text.slice(parser.position, parser.position + 2));
  return qualified(isFunction ? parseFunctionType(parser) : parseType(parser), qualifiers);
}

function parseFunctionType(parser: ItaniumParser): Node {
  let exceptions = '';
  if (parser.eat('Do')) exceptions = ' noexcept';
  else if (parser.eat('DO')) {
    exceptions = ` noexcept(${show(parseExpression(parser))})`;
    parser.expect('E');
  }
  parser.eat('Dx');
  parser.expect('F');
  parser.eat('Y');
  const result = parseType(parser);
  const params: Node[] = [];
  let suffix = '';
  while (!parser.eat('E')) {
    if (parser.eat('RE')) suffix = ' &';
    else if (parser.eat('OE')) suffix = ' &&';
    else {
      params.push(parseType(parser));
      continue;
    }
    break;
  }
  return functionType(result, withoutVoid(params), suffix + exceptions);
}

/** `f(void)` is written `f()`. */
export function withoutVoid(params: readonly Node[]): readonly Node[] {
  const [only] = params;
  return params.length === 1 && only?.pack === null && only.base === 'void' && only.shape === 'plain' ? [] : params;
}

function parseArray(parser: ItaniumParser): Node {
  parser.next();
  let size: Node = word('');
  if (parser.peek >= '0' && parser.peek <= '9') size = word(String(parser.decimal()));
  else if (parser.peek !== '_') size = parseExpression(parser);
  parser.expect('_');
  return arrayType(parseType(parser), (pack) => show(size, pack));
}

function parseMemberPointer(parser: ItaniumParser): Node {
  parser.next();
  const owner = parseType(parser);
  const member = parseType(parser);
  const gap = member.shape === 'plain' ? ' ' : '';
  return pointer(member, (pack) => `${gap}${show(owner, pack)}::*`);
}

function parseTemplateParamType(parser: ItaniumParser): Node {
  for (const [code, keyword] of [
    ['Ts', 'struct'],
    ['Tu', 'union'],
    ['Te', 'enum'],
  ] as const) {
    if (parser.eat(code)) return wrap(parseName(parser, false).node, (text) => `${keyword} ${text}`);
  }
  const param = parser.templateParam();
  if (parser.peek !== 'I') return param;
  return template(parser.remember(param), parseTemplateArgs(parser, false));
}

function parseDType(parser: ItaniumParser): Node {
  if (parser.eat('Dp')) return parsePackExpansion(parser, parseType);
  if (parser.eat('Dt') || parser.eat('DT')) {
    const expression = parseExpression(parser);
    parser.expect('E');
    return wrap(expression, (text) => `decltype(${text})`);
  }
  if (parser.eat('Dv')) {
    const size = parser.eat('_') ? parseExpression(parser) : word(String(parser.decimal()));
    parser.expect('_');
    const element = parseType(parser);
    return qualified(element, ` vector[${show(size)}]`);
  }
  if (parser.eat('DF')) {
    const bits = parser.decimal();
    if (parser.eat('b')) return word('std::bfloat16_t');
    parser.expect('_');
    return word(`_Float${bits}`);
  }
  return parseFunctionType(parser);
}

/** `parse` gives the pattern; the packs it mentions say how often it is repeated. */
export function parsePackExpansion(parser: ItaniumParser, parse: (parser: ItaniumParser) => Node): Node {
  const outer = parser.packSize;
  parser.packSize = null;
  const pattern = parse(parser);
  const size = parser.packSize;
  parser.packSize = outer;
  return size === null ? wrap(pattern, (text) => `${text}...`) : packExpansion(pattern, size);
}

/** `isOuter`: these are the arguments that the T_ of the rest of the encoding mean. */
export function parseTemplateArgs(parser: ItaniumParser, isOuter: boolean): Node[] {
  parser.expect('I');
  const args: Node[] = [];
  if (isOuter) parser.templateArgs = args;
  while (!parser.eat('E')) args.push(parseTemplateArg(parser));
  return args;
}

export function parseTemplateArg(parser: ItaniumParser): Node {
  return parser.rule(() => {
    // How the parameter was declared, where that is not plain from the argument (clang 18 and later).
    if (parser.eat('Tk')) parseName(parser, false);
    else if (parser.eat('Tn')) parseType(parser);
    else parser.eat('Ty');
    if (parser.eat('X')) {
      const expression = parseExpression(parser);
      parser.expect('E');
      return expression;
    }
    if (parser.peek === 'L') return parseLiteral(parser);
    if (parser.eat('J')) {
      const items: Node[] = [];
      while (!parser.eat('E')) items.push(parseTemplateArg(parser));
      return argumentPack(items);
    }
    return parseType(parser);
  });
}
