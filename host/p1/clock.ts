/** clock_res_get, clock_time_get. */
import { address } from '../kernel/memory.ts';
import { clockids, EFAULT, EINVAL, wasiErrno } from './abi.ts';
import type { Context } from './context.ts';

/** Linux's for the CPU-time clocks; asking would be a system call of its own. */
const cpuResolutionNs = 1n;

/** REALTIME, MONOTONIC, PROCESS_CPUTIME_ID, THREAD_CPUTIME_ID have Linux's numbers; Linux has more clocks. */
const lastClock = 3;

export interface ClockFunctions {
  clock_res_get(id: number, resolution: number): number;
  clock_time_get(id: number, precision: bigint, time: number): number;
}

export function clockFunctions({ native, memory }: Context): ClockFunctions {
  return {
    clock_res_get(id, resolution) {
      if (id >>> 0 > lastClock) return EINVAL;
      const at = address(resolution);
      if (id <= clockids.MONOTONIC) return wasiErrno(native.clockResolution(id, memory.buffer, at));
      if (!memory.has(at, 8)) return EFAULT;
      memory.setU64(at, cpuResolutionNs);
      return 0;
    },
    clock_time_get(id, _precision, time) {
      if (id >>> 0 > lastClock) return EINVAL;
      return wasiErrno(native.clockTime(id, memory.buffer, address(time)));
    },
  };
}
