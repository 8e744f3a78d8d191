/** Type definitions of the component model's binary format (design/mvp/Binary.md, "Type Definitions"). */
import type { Cursor } from '../wasm-binary-cursor.ts';
import type { WitField, WitFunction, WitPrimitive, WitType } from './wit.ts';
import type { Budget, Definition, Scope } from './wit-scope.ts';

export interface Reading {
  cursor: Cursor;
  scope: Scope;
  budget: Budget;
}

const primitives: ReadonlyMap<number, WitType> = new Map(
  (
    [
      [0x7f, 'bool'],
      [0x7e, 's8'],
      [0x7d, 'u8'],
      [0x7c, 's16'],
      [0x7b, 'u16'],
      [0x7a, 's32'],
      [0x79, 'u32'],
      [0x78, 's64'],
      [0x77, 'u64'],
      [0x76, 'f32'],
      [0x75, 'f64'],
      [0x74, 'char'],
      [0x73, 'string'],
      [0x64, 'error-context'],
    ] satisfies [number, WitPrimitive][]
  ).map(([code, kind]) => [code, { kind }]),
);

/** A defvaltype, functype or resourcetype; `code` is its first byte, already read. */
export function readDefinition(reading: Reading, code: number): Definition {
  const { cursor } = reading;
  if (code === 0x40 || code === 0x43) return { kind: 'func', func: readFunction(reading, code === 0x43) };
  if (code === 0x3f || code === 0x3e) {
    cursor.u8(); // the representation: i32
    readOptional(reading, () => cursor.u32()); // the destructor
    if (code === 0x3e) readOptional(reading, () => cursor.u32());
    return { kind: 'resource' };
  }
  return primitives.get(code) ?? readCompound(reading, code);
}

function readFunction(reading: Reading, isAsync: boolean): WitFunction {
  const { cursor } = reading;
  const params = readVector(reading, () => readField(reading));
  const hasResult = cursor.u8() === 0x00;
  if (!hasResult && cursor.u8() !== 0x00) cursor.fail('named results are not known here');
  const made = { params, result: hasResult ? readType(reading) : null, isAsync };
  reading.budget.writeFunction(cursor, made);
  return made;
}

/** A valtype: a primitive, or the index of a definition. */
export function readType({ cursor, scope }: Reading): WitType {
  const index = cursor.s33();
  if (index < 0) return primitives.get(index + 0x80) ?? cursor.fail('unknown primitive type');
  return valueTypeAt({ cursor, scope }, index);
}

function valueTypeAt({ cursor, scope }: Pick<Reading, 'cursor' | 'scope'>, index: number): WitType {
  const found = typeAt(cursor, scope, index);
  return isWitType(found) ? found : cursor.fail(`type ${index} is no type of a value`);
}

export function typeAt(cursor: Cursor, scope: Scope, index: number): Definition {
  return scope.types[index] ?? cursor.fail(`there is no type ${index}`);
}

export function isWitType(type: Definition): type is WitType {
  return type.kind !== 'func' && type.kind !== 'instance' && type.kind !== 'component';
}

function readCompound(reading: Reading, code: number): WitType {
  const { budget, cursor, scope } = reading;
  const element = (): WitType => readType(reading);
  const maybe = (): WitType | null => readOptional(reading, element);
  const built = (type: WitType, parts: readonly (WitType | null)[] = [], names: readonly string[] = []): WitType =>
    budget.measured(cursor, type, parts, names);
  switch (code) {
    case 0x72: {
      const fields = readVector(reading, () => readField(reading));
      return built({ kind: 'record', fields }, ...unzip(fields));
    }
    case 0x71: {
      const cases = readVector(reading, () => ({ name: cursor.name(), type: readCasePayload(reading) }));
      return built({ kind: 'variant', cases }, ...unzip(cases));
    }
    case 0x70:
    case 0x67: {
      const of = element();
      return built({ kind: 'list', element: of, length: code === 0x67 ? cursor.u32() : null }, [of]);
    }
    case 0x6f: {
      const elements = readVector(reading, element);
      return built({ kind: 'tuple', elements }, elements);
    }
    case 0x6e:
    case 0x6d: {
      const names = readVector(reading, () => cursor.name());
      return built({ kind: code === 0x6e ? 'flags' : 'enum', names }, [], names);
    }
    case 0x6b: {
      const some = element();
      return built({ kind: 'option', some }, [some]);
    }
    case 0x6a: {
      const [ok, err] = [maybe(), maybe()];
      return built({ kind: 'result', ok, err }, [ok, err]);
    }
    case 0x69:
    case 0x68: {
      const resource = valueTypeAt({ cursor, scope }, cursor.u32());
      return built({ kind: code === 0x69 ? 'own' : 'borrow', resource }, [resource]);
    }
    case 0x66:
    case 0x65: {
      const of = maybe();
      return built({ kind: code === 0x66 ? 'stream' : 'future', element: of }, [of]);
    }
    case 0x63: {
      const [key, value] = [element(), element()];
      return built({ kind: 'map', key, value }, [key, value]);
    }
    default:
      return cursor.fail(`unknown type 0x${code.toString(16)}`);
  }
}

/** Types and names of fields or cases. */
function unzip(of: readonly { name: string; type: WitType | null }[]): [(WitType | null)[], string[]] {
  return [of.map(({ type }) => type), of.map(({ name }) => name)];
}

function readField(reading: Reading): WitField {
  return { name: reading.cursor.name(), type: readType(reading) };
}

function readCasePayload(reading: Reading): WitType | null {
  const type = readOptional(reading, () => readType(reading));
  // Once a case could refine another one.
  if (reading.cursor.u8() !== 0x00) reading.cursor.fail('unknown kind of a variant case');
  return type;
}

export function readOptional<T>({ cursor }: Reading, read: () => T): T | null {
  const flag = cursor.u8();
  if (flag > 1) cursor.fail('an optional part is neither there nor absent');
  return flag === 1 ? read() : null;
}

/** Attack: a count of 2^32, which allocates nothing here: each element takes a byte of the file and a step. */
export function readVector<T>({ budget, cursor }: Reading, read: () => T): T[] {
  const items: T[] = [];
  for (let left = cursor.u32(); left > 0; left--) {
    budget.step(cursor);
    items.push(read());
  }
  return items;
}
