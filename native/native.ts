/**
 * The seam between TypeScript and C++: everything that crosses is listed here, in the order `addon.cc` exports it.
 *
 * 1. C++ holds no defaults and makes no choices: every field is required.
 * 2. Control-plane calls throw {@link NativeError}; data-plane calls return a count or a negative errno and never throw.
 * 3. Only plain values cross: numbers, strings, arrays, buffers.
 */
import type { CodePlane } from './code.ts';
import type { ControlPlane } from './control.ts';
import type { DataPlane } from './data.ts';
import type { Freezer } from './freeze.ts';
import type { NetPlane } from './net.ts';
import type { Prober } from './probe.ts';

/** A kernel descriptor owned by whoever holds it; closed exactly once. */
export type Fd = number;

/** What control-plane calls throw: the failed step, its system call and errno (a positive Linux number). */
export interface NativeError extends Error {
  code: string;
  errno: number;
  syscall: string;
  stage: string;
}

export interface Native extends ControlPlane, Prober, Freezer, DataPlane, NetPlane, CodePlane {}
