/** State of one Itanium demangling: substitutions, template arguments, and the references to them. */
import { type Node, word } from './demangle-itanium-nodes.ts';
import { standardSubstitutions } from './demangle-itanium-tables.ts';
import { SymbolParser } from './demangle-parser.ts';

export class ItaniumParser extends SymbolParser {
  /** What `S_`, `S0_`, … mean, in the order of appearance. */
  readonly substitutions: Node[] = [];
  /** What `T_`, `T0_`, … mean now. */
  templateArgs: Node[] = [];
  /** Within a lambda's signature, where an unknown `T_` is its own `auto`. */
  lambdaDepth = 0;
  /** Size of the argument pack seen last within the pack expansion that is being read. */
  packSize: number | null = null;

  remember(node: Node): Node {
    this.substitutions.push(node);
    return node;
  }

  /** `S_`, `S1A_`, or a standard one such as `Ss`. */
  substitution(): Node {
    this.expect('S');
    const standard = standardSubstitutions[this.peek];
    if (standard) {
      this.next();
      return word(...standard);
    }
    return this.substitutions[this.#index(36)] ?? this.fail();
  }

  templateParam(): Node {
    this.expect('T');
    const param = this.templateArgs[this.#index(10)];
    if (!param) return this.lambdaDepth > 0 ? word('auto') : this.fail();
    if (param.pack) this.packSize = param.pack.length;
    return param;
  }

  /** `_` is 0, and each other number is one less than it says. */
  #index(radix: 10 | 36): number {
    const digits = /^[0-9A-Z]{0,6}(?=_)/.exec(this.text.slice(this.position, this.position + 8))?.[0] ?? this.fail();
    this.take(digits.length + 1);
    if (digits === '') return 0;
    const value = Number.parseInt(digits, radix);
    return Number.isNaN(value) ? this.fail() : value + 1;
  }
}
