/** Names from a module, made fit for a terminal: demangled where a known compiler mangled them, and always harmless. */
import { demangleItanium } from './demangle-itanium.ts';
import { demangleRust } from './demangle-rust.ts';

/** Longest name shown. Attack: a backtrace of megabyte-long names. */
export const maxNameChars = 256;

/** Rust (both schemes) and Itanium C++ names in their source form; all others, and what doesn't parse, as they are. */
export function demangle(symbol: string): string {
  // Longer ones exist (templates of templates), but nobody reads them, and demangling costs time.
  if (symbol.length > 8192) return symbol;
  return demangleRust(symbol) ?? demangleItanium(symbol) ?? symbol;
}

/** Demangled, printable and short. */
export function displayName(symbol: string): string {
  return printable(demangle(symbol), maxNameChars);
}

/**
 * Control characters (terminal escapes start with one), line separators, lone surrogates, and what reorders or hides text.
 * In a function: building the classes takes V8 a millisecond that few runs need.
 */
const unprintable = (): RegExp =>
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\ufff9-\uffff]/gu;

/** Hostile text on one line: what could move a cursor or forge another line becomes '?', the rest is cut at `maxChars`. */
export function printable(text: string, maxChars: number): string {
  const head = text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
  return head.replace(unprintable(), '?');
}
