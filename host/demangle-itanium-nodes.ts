/** The parts of a C++ name, as text that comes before and after a declarator: `void (*` … `)(int)`. */
import { DemangleError, maxDemangledChars } from './demangle-parser.ts';

/** Which element of the argument packs is meant, inside a pack expansion. */
export type PackIndex = number | null;

export interface Node {
  left(pack: PackIndex): string;
  right(pack: PackIndex): string;
  /** Pointers to functions and arrays need parentheses. */
  shape: 'plain' | 'function' | 'array';
  /** The name that constructors repeat. */
  base: string;
  /** '&' and '&&' for references, which collapse. */
  reference: '' | '&' | '&&';
  /** Elements of an argument pack, or null. */
  pack: readonly Node[] | null;
}

const nothing = (): string => '';

function make(left: (pack: PackIndex) => string, fields: Partial<Node> = {}): Node {
  const bounded = (pack: PackIndex): string => {
    const text = left(pack);
    if (text.length > maxDemangledChars) throw new DemangleError('name too long');
    return text;
  };
  return { left: bounded, right: nothing, shape: 'plain', base: '', reference: '', pack: null, ...fields };
}

export function word(text: string, base: string = text): Node {
  return make(() => text, { base });
}

export function show(node: Node, pack: PackIndex = null): string {
  return node.left(pack) + node.right(pack);
}

/** Joined by commas, argument packs spread. */
export function showList(nodes: readonly Node[], pack: PackIndex): string {
  return nodes
    .flatMap((node) => (node.pack && pack === null ? showList(node.pack, null) : show(node, pack)))
    .filter((text) => text !== '')
    .join(', ');
}

/** `build` gives the text from that of `inner`. */
export function wrap(inner: Node, build: (text: string) => string): Node {
  return make((pack) => build(show(inner, pack)));
}

export function scoped(outer: Node | null, name: Node): Node {
  return outer ? make((pack) => `${show(outer, pack)}::${show(name, pack)}`, { base: name.base }) : name;
}

export function template(name: Node, args: readonly Node[]): Node {
  return make(
    (pack) => {
      const text = show(name, pack);
      const list = showList(args, pack);
      return `${text}${text.endsWith('<') ? ' ' : ''}<${list}${list.endsWith('>') ? ' ' : ''}>`;
    },
    { base: name.base },
  );
}

export function qualified(inner: Node, qualifiers: string): Node {
  if (inner.shape === 'function') return { ...inner, right: (pack) => inner.right(pack) + qualifiers };
  return make((pack) => inner.left(pack) + qualifiers, { right: inner.right, shape: inner.shape, base: inner.base });
}

/** A pointer, reference or pointer to member: `mark` stands between the two sides. */
export function pointer(inner: Node, mark: (pack: PackIndex) => string): Node {
  if (inner.shape === 'plain') {
    return make((pack) => inner.left(pack) + mark(pack), { right: inner.right });
  }
  const gap = inner.shape === 'array' ? ' (' : '(';
  return make((pack) => `${inner.left(pack)}${gap}${mark(pack)}`, {
    right: (pack) => `)${inner.right(pack)}`,
  });
}

/** A reference; `& &&` collapses to `&`. What is referred to may differ for each element of a pack. */
export function reference(inner: Node, mark: '&' | '&&'): Node {
  const choose = (pack: PackIndex): Node => {
    const target = (pack === null ? null : inner.pack?.[pack]) ?? inner;
    if (target.reference === '&' || target.reference === mark) return target;
    const collapsed = target.reference === '&&' ? unreferenced.get(target) : undefined;
    return pointer(collapsed ?? target, () => mark);
  };
  const node = make((pack) => choose(pack).left(pack), {
    right: (pack) => choose(pack).right(pack),
    reference: inner.reference === '&' ? '&' : mark,
  });
  unreferenced.set(node, inner);
  return node;
}

/** What a reference refers to, for `& &&`. */
const unreferenced = new WeakMap<Node, Node>();

export function functionType(result: Node | null, params: readonly Node[], suffix: string): Node {
  return make((pack) => (result ? `${result.left(pack)} ` : ''), {
    right: (pack) => `(${showList(params, pack)})${suffix}${result ? result.right(pack) : ''}`,
    shape: 'function',
  });
}

export function arrayType(element: Node, size: (pack: PackIndex) => string): Node {
  const inner = element.shape === 'array' ? '' : ' ';
  return make((pack) => element.left(pack), {
    right: (pack) => `${inner}[${size(pack)}]${element.right(pack)}`,
    shape: 'array',
  });
}

export function argumentPack(items: readonly Node[]): Node {
  return make((pack) => (pack === null ? showList(items, null) : (items[pack]?.left(pack) ?? '')), {
    right: (pack) => (pack === null ? '' : (items[pack]?.right(pack) ?? '')),
    pack: items,
  });
}

/** `pattern` once for each of `size` elements. */
export function packExpansion(pattern: Node, size: number): Node {
  const items = Array.from({ length: size }, (_, index) =>
    make(() => pattern.left(index), { right: () => pattern.right(index), shape: pattern.shape }),
  );
  return argumentPack(items);
}

/** A function's own declaration: result, name, parameters. */
export function declaration(result: Node | null, name: Node, params: readonly Node[], suffix: string): Node {
  return make(
    (pack) =>
      `${result ? `${result.left(pack)} ` : ''}${show(name, pack)}(${showList(params, pack)})${suffix}${result ? result.right(pack) : ''}`,
    { base: name.base },
  );
}
