/** The rows of kStages in native/src/stages.cc, in their order; test/security/stages.test.ts compares. */
export const stageNames: readonly string[] = [
  'cgroup',
  'join',
  'ids',
  'keyring',
  'unshare',
  'idmap',
  'hostname',
  'root',
  'capabilities',
  'landlock',
  'descriptors',
  'rlimits',
  'parent',
  'seccomp',
];
