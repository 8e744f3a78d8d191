/** sched_yield. */

export interface SchedFunctions {
  sched_yield(): number;
}

/** The process has one thread, so there is nobody to yield to; no system call, and none in the filter. */
export function schedFunctions(): SchedFunctions {
  return { sched_yield: () => 0 };
}
