/**
 * Which cgroup hierarchies are mounted, and where in each of them this process stands. Every run parses this once, in
 * cold code: no regular expressions, whose compilation would cost more than all the rest.
 */

export interface Hierarchy {
  version: 1 | 2;
  /** v1: its controllers by their v1 names; v2: empty, `cgroup.controllers` of a group has them. */
  names: readonly string[];
  mount: string;
  /** Directory of this process's own group: ours go beneath it, so that its limits hold for them too. */
  own: string;
  readOnly: boolean;
}

/** @param mountinfo /proc/self/mountinfo @param membership /proc/self/cgroup */
export function parseHierarchies(mountinfo: string, membership: string): readonly Hierarchy[] {
  const paths = parseMembership(membership);
  const found: Hierarchy[] = [];
  const seen = new Set<string>();
  for (const line of mountinfo.split('\n')) {
    // A substring first: hosts with containers have thousands of mounts.
    if (!line.includes(' - cgroup')) continue;
    const mount = parseMount(line);
    if (mount === null || seen.has(mount.key)) continue;
    const own = ownDirectory(mount, paths.get(mount.key));
    if (own === null) continue;
    seen.add(mount.key);
    found.push({ version: mount.version, names: mount.names, mount: mount.point, own, readOnly: mount.readOnly });
  }
  return found;
}

interface Mount {
  version: 1 | 2;
  names: readonly string[];
  /** The controller list of /proc/self/cgroup; '' is v2. */
  key: string;
  root: string;
  point: string;
  readOnly: boolean;
}

/** proc_pid_mountinfo(5): id parent device root point options [tags] - type source super-options. */
function parseMount(line: string): Mount | null {
  const separator = line.indexOf(' - ');
  const left = line.slice(0, separator).split(' ');
  const right = line.slice(separator + 3).split(' ');
  const superOptions = (right[2] ?? '').split(',');
  const readOnly = (left[5] ?? '').split(',').includes('ro') || superOptions.includes('ro');
  const where = { root: unescapeOctal(left[3] ?? ''), point: unescapeOctal(left[4] ?? ''), readOnly };
  if (right[0] === 'cgroup2') return { version: 2, names: [], key: '', ...where };
  if (right[0] !== 'cgroup') return null;
  const names = superOptions.filter((option) => v1Names.includes(option));
  return names.length === 0 ? null : { version: 1, names, key: keyOf(names), ...where };
}

/** Named hierarchies and super-block flags stand in the same list. */
const v1Names: readonly string[] = [
  ...['memory', 'pids', 'cpu', 'cpuacct', 'blkio', 'cpuset', 'freezer', 'devices', 'hugetlb'],
  ...['net_cls', 'net_prio', 'perf_event', 'rdma', 'misc'],
];

/** The two files need not list controllers in the same order. */
function keyOf(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? '') : [...names].sort().join();
}

/** Lines are `4:cpu,cpuacct:/path`, on v2 `0::/path`. */
function parseMembership(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (second !== -1) paths.set(keyOf(line.slice(first + 1, second).split(',')), line.slice(second + 1));
  }
  return paths;
}

/** A container may see only a part of the hierarchy: null when its own group is not in that part. */
function ownDirectory(mount: Mount, path: string | undefined): string | null {
  if (path === undefined || path.startsWith('/..') || mount.root.startsWith('/..')) return null;
  const root = mount.root === '/' ? '' : mount.root;
  if (path !== root && !path.startsWith(`${root}/`)) return null;
  const below = path.slice(root.length);
  return below === '/' || below === '' ? mount.point : mount.point + below;
}

/** Space, tab, newline and backslash are octal in mountinfo. */
function unescapeOctal(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
