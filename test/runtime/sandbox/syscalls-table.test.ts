/** The tables against the kernel's headers, where these are installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { callsWithSignatures, parametersOf } from '../../../runtime/sandbox/syscalls-signatures.ts';
import {
  isSyscall,
  nearestName,
  syscallName,
  syscallNames,
  syscallNumber,
} from '../../../runtime/sandbox/syscalls-table.ts';

const x64Header = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h';
const genericHeader = '/usr/include/asm-generic/unistd.h';

test.runIf(existsSync(x64Header))('x64 agrees with asm/unistd_64.h', () => {
  const defined = [...readFileSync(x64Header, 'utf8').matchAll(/^#define __NR_(\w+) (\d+)$/gm)];
  expect(defined.length).toBeGreaterThan(300);
  for (const [, name = '', nr] of defined) expect(syscallNumber('x64', name), name).toBe(Number(nr));
});

test.runIf(existsSync(genericHeader) && hasCompiler())('arm64 agrees with asm-generic/unistd.h', () => {
  // What arch/arm64/include/uapi/asm/unistd.h asks of the generic list.
  const wants = ['RENAMEAT', 'NEW_STAT', 'SET_GET_RLIMIT', 'TIME32_SYSCALLS', 'SYS_CLONE3', 'MEMFD_SECRET'];
  const options = ['-E', '-dM', '-U__BITS_PER_LONG', '-D__BITS_PER_LONG=64', ...wants.map((w) => `-D__ARCH_WANT_${w}`)];
  const include = ['-D__SYSCALL(a,b)=', '-include', 'asm-generic/unistd.h', '-xc', '/dev/null'];
  const output = execFileSync('cc', [...options, ...include], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const macros = new Map([...output.matchAll(/^#define (__NR\w*) (\w+)$/gm)].map(([, name, value]) => [name, value]));
  const names = [...macros.keys()].filter((name) => name?.startsWith('__NR_')).map((name) => name?.slice(5) ?? '');
  expect(names.length).toBeGreaterThan(280);
  for (const name of names.filter((name) => name !== 'syscalls' && name !== 'arch_specific_syscall')) {
    let value = macros.get(`__NR_${name}`);
    while (value !== undefined && !/^\d+$/.test(value)) value = macros.get(value);
    expect(syscallNumber('arm64', name), name).toBe(Number(value));
  }
});

describe.each(['x64', 'arm64'] as const)('%s', (arch) => {
  test('names and numbers are one to one', () => {
    const numbers = [...syscallNames(arch).values()];
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const [name, nr] of syscallNames(arch)) {
      expect(name).toMatch(/^[a-z_][a-z0-9_]*$/);
      expect(syscallName(arch, nr)).toBe(name);
    }
  });

  test('an unknown number has a name too', () => expect(syscallName(arch, 9999)).toBe('syscall 9999'));
});

test('newer calls have one number everywhere', () => {
  for (const [name, nr] of syscallNames('arm64')) if (nr >= 424) expect(syscallNumber('x64', name), name).toBe(nr);
  expect(syscallNumber('x64', 'openat2')).toBe(437);
  expect(syscallNumber('x64', 'file_setattr')).toBe(469);
});

test('signatures are of existing calls and have at most six arguments', () => {
  for (const call of callsWithSignatures()) {
    expect(isSyscall(call), call).toBe(true);
    const parameters = parametersOf(call) ?? [];
    expect(parameters.length).toBeLessThanOrEqual(6);
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
  }
  expect(parametersOf('toString')).toBeUndefined();
});

test('the nearest name is a typing error away, or none', () => {
  expect(nearestName('opeant2', ['openat', 'openat2', 'close'])).toBe('openat2');
  expect(nearestName('wirte', ['write', 'close'])).toBeNull();
  expect(nearestName('writ', ['write', 'close'])).toBe('write');
  expect(nearestName('', ['write'])).toBeNull();
});

function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
