/** Names addresses of a container's machine code: a fork has the layout of the process that it was forked from. */

/** `file+0xoffset`, or what kind of memory it is. `maps` as /proc/self/maps prints it (proc_pid_maps(5)). */
export function describeStack(frames: readonly string[], maps: string): readonly string[] {
  const mappings = maps.split('\n').flatMap((line) => {
    const [, start, end, permissions, offset, path] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) ([0-9a-f]+) \S+ \S+ *(.*)$/.exec(line) ?? [];
    if (start === undefined || end === undefined) return [];
    return [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), permissions, offset: BigInt(`0x${offset}`), path }];
  });
  return frames.map((frame) => {
    if (!/^0x[0-9a-f]{1,16}$/.test(frame)) return '?';
    const address = BigInt(frame);
    const found = mappings.find(({ start, end }) => address >= start && address < end);
    if (found === undefined) return `${frame} (made after the fork)`;
    if (!found.path) return `${frame} (${found.permissions?.includes('x') ? 'machine code of V8' : 'no code'})`;
    return `${found.path.split('/').at(-1)}+0x${(address - found.start + found.offset).toString(16)}`;
  });
}
