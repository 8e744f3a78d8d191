/** Which rights are handled and granted, for every ABI that kernels in the field have. */
import { describe, expect, test } from 'vitest';
import { planLandlock } from '../../../runtime/sandbox/landlock.ts';

/** From the kernel's documentation: how many rights on files each ABI knows. */
const fsRights = [0, 13, 14, 15, 15, 16, 16, 16, 16];
const preopens = [
  { fd: 3, readOnly: true },
  { fd: 5, readOnly: false },
];
const readFile = 1 << 2;
const readDir = 1 << 3;
const refer = 1 << 13;
const truncate = 1 << 14;
/** execute, make_char, make_sock, make_fifo, make_block, ioctl_dev */
const neverGranted = (1 << 0) | (1 << 6) | (1 << 9) | (1 << 10) | (1 << 11) | (1 << 15);

describe.each(fsRights.map((rights, abi) => ({ abi, rights })))('ABI $abi', ({ abi, rights }) => {
  const { plan, enforced } = planLandlock(abi, preopens);

  test('handles every right it knows and none that it does not', () => {
    expect(plan.landlockFs).toBe(2 ** rights - 1);
    expect(plan.landlockNet).toBe(abi >= 4 ? 3 : 0);
    expect(plan.landlockScope).toBe(abi >= 6 ? 3 : 0);
  });

  test('grants only what is handled: the kernel refuses other rules', () => {
    for (const { access } of plan.landlockPaths) expect(access & ~plan.landlockFs).toBe(0);
    expect(plan.landlockPaths.map(({ fd }) => fd)).toEqual(abi === 0 ? [] : [3, 5]);
  });

  test('says what is missing', () => {
    expect(enforced.enforced).toBe(abi > 0);
    expect(enforced.detail.includes('not covered')).toBe(abi > 0 && abi < 6);
    if (abi > 0) expect(enforced.detail).toContain(`ABI ${abi}: files`);
  });

  test.runIf(abi > 0)('read-only is reading; read-write is what WASI can do', () => {
    const [readOnly, readWrite] = plan.landlockPaths.map(({ access }) => access);
    expect(readOnly).toBe(readFile | readDir);
    expect((readWrite ?? 0) & neverGranted).toBe(0);
    expect((readWrite ?? 0) & refer).toBe(abi >= 2 ? refer : 0);
    expect((readWrite ?? 0) & truncate).toBe(abi >= 3 ? truncate : 0);
    // Everything else: write_file, remove_dir, remove_file, make_dir, make_reg, make_sym.
    expect((readWrite ?? 0) & 0b1_0001_1011_0010).toBe(0b1_0001_1011_0010);
  });
});

test('no port is ever allowed, and no directory without a preopen', () => {
  const { plan, enforced } = planLandlock(7, []);
  expect(plan.landlockPorts).toEqual([]);
  expect(plan.landlockPaths).toEqual([]);
  expect(enforced.detail).toBe('ABI 7: files, TCP, abstract sockets, signals; 0 directories granted');
});
