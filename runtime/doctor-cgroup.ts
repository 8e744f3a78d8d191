/** One row for each cgroup controller: where containers will get their limits, or why not. */
import type { DoctorRow } from './doctor.ts';
import { baseControllers, type CgroupHost, cgroupControllers } from './sandbox/cgroup.ts';

export function cgroupRows({ controllers }: CgroupHost): DoctorRow[] {
  return cgroupControllers.map((controller) => {
    const home = controllers[controller];
    const row = { layer: `cgroup ${controller}`, required: baseControllers.includes(controller) };
    if ('reason' in home) return { ...row, status: 'missing', detail: home.detail, fix: home.fix };
    return { ...row, status: 'ok', detail: `v${home.version} ${home.parent}`, fix: null };
  });
}
