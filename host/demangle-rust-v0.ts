/** The v0 mangling scheme of Rust: https://doc.rust-lang.org/rustc/symbol-mangling/v0.html */
import { orUndefined, SymbolParser } from './demangle-parser.ts';
import { decodePunycode } from './demangle-punycode.ts';
import { basicTypes } from './demangle-rust-tables.ts';

/** `mangled` is what follows `_R`. */
export function demangleRustV0(mangled: string): string | undefined {
  // What follows a dot was appended by LLVM.
  const [symbol = ''] = mangled.split(/[.$]/, 1);
  return orUndefined(() => {
    const parser = new RustV0(symbol);
    const path = parser.path(true);
    if (parser.position < symbol.length) parser.path(false); // the instantiating crate
    if (parser.position < symbol.length) parser.fail();
    return path;
  });
}

class RustV0 extends SymbolParser {
  /** Lifetimes bound by the `for<…>`s around the current place. */
  #bound = 0;

  /** `inValue`: generic arguments get the turbofish. */
  path(inValue: boolean): string {
    return this.rule(() => {
      switch (this.next()) {
        case 'C':
          return this.identifier().name;
        case 'N':
          return this.#nested(inValue);
        case 'M':
          this.#implPath();
          return `<${this.type()}>`;
        case 'X':
          this.#implPath();
          return this.#qualified();
        case 'Y':
          return this.#qualified();
        case 'I':
          return this.#generic(inValue);
        case 'B':
          return this.#backref(() => this.path(inValue));
        default:
          return this.fail();
      }
    });
  }

  #nested(inValue: boolean): string {
    const namespace = this.next();
    const outer = this.path(inValue);
    const { name, disambiguator } = this.identifier();
    if (/[A-Z]/.test(namespace)) {
      const kind = namespace === 'C' ? 'closure' : namespace === 'S' ? 'shim' : namespace;
      return this.bounded(`${outer}::{${kind}${name === '' ? '' : `:${name}`}#${disambiguator}}`);
    }
    if (!/[a-z]/.test(namespace)) this.fail();
    return this.bounded(name === '' ? outer : `${outer}::${name}`);
  }

  /** The path of the module an impl stands in, which nobody prints. */
  #implPath(): void {
    this.#disambiguator();
    this.path(false);
  }

  #qualified(): string {
    const type = this.type();
    return this.bounded(`<${type} as ${this.path(false)}>`);
  }

  #generic(inValue: boolean): string {
    const path = this.path(inValue);
    const args = this.#until(() => this.#genericArg());
    return this.bounded(`${path}${inValue ? '::' : ''}<${args.join(', ')}>`);
  }

  #genericArg(): string {
    if (this.eat('L')) return this.#lifetime(this.#base62());
    if (this.eat('K')) return this.const();
    return this.type();
  }

  type(): string {
    return this.rule(() => this.bounded(this.#type()));
  }

  #type(): string {
    const tag = this.next();
    const basic = basicTypes[tag];
    if (basic !== undefined) return basic;
    switch (tag) {
      case 'R':
      case 'Q': {
        const lifetime = this.eat('L') ? this.#lifetime(this.#base62()) : "'_";
        const name = lifetime === "'_" ? '' : `${lifetime} `;
        return `&${name}${tag === 'Q' ? 'mut ' : ''}${this.type()}`;
      }
      case 'P':
        return `*const ${this.type()}`;
      case 'O':
        return `*mut ${this.type()}`;
      case 'A': {
        const element = this.type();
        return `[${element}; ${this.const()}]`;
      }
      case 'S':
        return `[${this.type()}]`;
      case 'T': {
        const items = this.#until(() => this.type());
        return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
      }
      case 'F':
        return this.#binder(() => this.#functionType());
      case 'D':
        return this.#dyn();
      case 'B':
        return this.#backref(() => this.type());
      default:
        this.position--;
        return this.path(false);
    }
  }

  #functionType(): string {
    const unsafe = this.eat('U') ? 'unsafe ' : '';
    let abi = '';
    if (this.eat('K')) abi = `extern "${this.eat('C') ? 'C' : this.#plainIdentifier().replaceAll('_', '-')}" `;
    const params = this.#until(() => this.type());
    const result = this.eat('u') ? '' : ` -> ${this.type()}`;
    return `${unsafe}${abi}fn(${params.join(', ')})${result}`;
  }

  #dyn(): string {
    const bounds = this.#binder(() => this.#until(() => this.#dynTrait()).join(' + '));
    this.expect('L');
    const lifetime = this.#base62();
    return `dyn ${bounds}${lifetime === 0 ? '' : ` + ${this.#lifetime(lifetime)}`}`;
  }

  #dynTrait(): string {
    let path = this.path(false);
    while (this.eat('p')) {
      const binding = `${this.#plainIdentifier()} = ${this.type()}`;
      path = path.endsWith('>') ? `${path.slice(0, -1)}, ${binding}>` : `${path}<${binding}>`;
    }
    return path;
  }

  const(): string {
    return this.rule(() => {
      if (this.eat('B')) return this.#backref(() => this.const());
      const tag = this.next();
      if (tag === 'p') return '_';
      if (!'ahijlmnostxybc'.includes(tag)) return this.fail(); // structured constants are unstable
      const negative = 'ailnsx'.includes(tag) && this.eat('n') ? '-' : '';
      const end = this.text.indexOf('_', this.position);
      const digits = this.take(Math.max(end - this.position, 0));
      this.expect('_');
      if (!/^[0-9a-f]{0,32}$/.test(digits)) this.fail();
      const value = BigInt(`0x0${digits}`);
      if (tag === 'b') return value === 0n ? 'false' : 'true';
      if (tag === 'c') return value <= 0x10ffffn ? `'${String.fromCodePoint(Number(value))}'` : this.fail();
      return `${negative}${value}`;
    });
  }

  #until(item: () => string): string[] {
    const items: string[] = [];
    while (!this.eat('E')) items.push(item());
    return items;
  }

  #binder(body: () => string): string {
    if (!this.eat('G')) return body();
    const count = this.#base62() + 1;
    if (count > 26) this.fail(); // attack: a list of 2⁶⁴ lifetimes
    const outer = this.#bound;
    this.#bound += count;
    const names = Array.from({ length: count }, (_, index) => this.#lifetime(count - index));
    const text = `for<${names.join(', ')}> ${body()}`;
    this.#bound = outer;
    return text;
  }

  /** Counted from the innermost binder, 1 first; 0 is an erased one. */
  #lifetime(index: number): string {
    if (index === 0) return "'_";
    const depth = this.#bound - index;
    if (depth < 0) this.fail();
    return depth < 26 ? `'${String.fromCharCode(97 + depth)}` : `'_${depth}`;
  }

  #backref(read: () => string): string {
    const start = this.position - 1;
    const target = this.#base62();
    if (target >= start) this.fail();
    const resume = this.position;
    this.position = target;
    const text = read();
    this.position = resume;
    return text;
  }

  identifier(): { name: string; disambiguator: number } {
    const disambiguator = this.#disambiguator();
    return { name: this.#plainIdentifier(), disambiguator };
  }

  #disambiguator(): number {
    return this.eat('s') ? this.#base62() + 1 : 0;
  }

  #plainIdentifier(): string {
    const isPunycode = this.eat('u');
    const length = this.decimal();
    this.eat('_');
    const name = this.take(length);
    return isPunycode ? (decodePunycode(name) ?? this.fail()) : name;
  }

  /** `_` is 0, and each other number is one less than it says. Crate hashes have 64 bits, and nobody prints them. */
  #base62(): number {
    if (this.eat('_')) return 0;
    let value = 0;
    while (!this.eat('_')) {
      const digit = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(this.next());
      value = value * 62 + digit;
      if (digit < 0 || value > 2 ** 64) this.fail();
    }
    return value + 1;
  }
}
