/**
 * The code paths and tables of arm64, on whatever machine: checked by a cross compiler (Debian:
 * g++-aarch64-linux-gnu), which brings that architecture's kernel headers.
 */
import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'vitest';
import { cloneFlags, mountAttributes, O_CLOEXEC, O_PATH } from '../../native/linux.ts';
import { root } from '../helpers/guests.ts';

const require = createRequire(import.meta.url);
const compiler = 'aarch64-linux-gnu-g++';
const headers = join(dirname(require.resolve(`node-linux-${process.arch}/package.json`)), 'include/node');
const napi = dirname(require.resolve('node-addon-api/napi.h'));

const strict = ['-fsyntax-only', '-Wall', '-Wextra', '-Werror'];
const addonFlags = ['-std=c++20', ...strict, '-DNAPI_VERSION=9', '-DNODE_ADDON_API_CPP_EXCEPTIONS'];
const includes = ['-isystem', headers, '-isystem', napi, '-I', 'native/src'];

function compile(args: readonly string[], input = ''): string {
  return execFileSync(compiler, args, { cwd: root, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}

describe('arm64', () => {
  test.each(globSync('native/src/**/*.cc', { cwd: root }))('%s compiles', { timeout: 60_000 }, (file) => {
    compile([...addonFlags, '-DWASMCTR_TEST_HOOKS', ...includes, file]);
  });

  test.each(globSync('native/launcher/*.c', { cwd: root }))('%s compiles', (file) => {
    compile(['-x', 'c', '-D_GNU_SOURCE', '-ffreestanding', ...strict, file]);
  });

  test('constants that TypeScript has for both architectures are those of this one', () => {
    const constants = Object.entries({ ...cloneFlags, ...mountAttributes, O_PATH, O_CLOEXEC });
    const asserts = constants.map(([name, value]) => `_Static_assert((${name}) == ${value}, "${name}");`);
    compile(['-x', 'c', '-fsyntax-only', '-'], `#define _GNU_SOURCE\n${kernelHeaders}\n${asserts.join('\n')}\n`);
  });
});

const kernelHeaders = '#include <fcntl.h>\n#include <linux/mount.h>\n#include <linux/sched.h>';
