/** proc_exit and proc_raise: how a guest ends itself. Both leave WebAssembly by throwing a typed object. */
import { EINVAL, ENOTSUP } from './abi.ts';

/** Thrown through the guest's frames by proc_exit; not an Error: nobody reads a stack trace of it. */
export class ProcExit {
  /** The guest's code, all 32 bits of it. */
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** Thrown through the guest's frames by proc_raise, for a signal that would have ended a process. */
export class ProcRaise {
  /** Linux's number. */
  readonly signal: number;

  constructor(signal: number) {
    this.signal = signal;
  }
}

/** In WASI's numbers. They are Linux's up to TERM (15); Linux has one more (STKFLT) before CHLD. */
export const signals = {
  NONE: 0,
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 16,
  CONT: 17,
  STOP: 18,
  TSTP: 19,
  TTIN: 20,
  TTOU: 21,
  URG: 22,
  XCPU: 23,
  XFSZ: 24,
  VTALRM: 25,
  PROF: 26,
  WINCH: 27,
  POLL: 28,
  PWR: 29,
  SYS: 30,
} as const;

/** What a process without handlers does about them: nothing. */
const ignored: ReadonlySet<number> = new Set([signals.NONE, signals.CHLD, signals.CONT, signals.URG, signals.WINCH]);
/** A guest that stopped itself could not be continued by anything it knows. */
const stopping: ReadonlySet<number> = new Set([signals.STOP, signals.TSTP, signals.TTIN, signals.TTOU]);

export interface ProcFunctions {
  proc_exit(code: number): void;
  proc_raise(signal: number): number;
}

export function procFunctions(): ProcFunctions {
  return {
    proc_exit(code) {
      throw new ProcExit(code >>> 0);
    },
    proc_raise(signal) {
      const number = signal >>> 0;
      if (number > signals.SYS) return EINVAL;
      if (ignored.has(number)) return 0;
      if (stopping.has(number)) return ENOTSUP;
      throw new ProcRaise(number > signals.TERM ? number + 1 : number);
    },
  };
}
