/** Directories of a start that the launcher repeats: what a supervisor would have granted, each time anew. */
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { guest } from '../helpers/guests.ts';
import { makesGroups, type Ran, type Told, useRepeats } from '../helpers/repeats.ts';

const { home, isRepeated, records, run } = useRepeats();

let dir: string;
let count = 0;
beforeEach(() => {
  dir = join(home(), `granted-${count++}`);
  mkdirSync(dir);
  writeFileSync(join(dir, 'file'), 'what is in it\n');
});

const good = (stdout: string): Ran => ({ stdout, stderr: '', status: 0, signal: null });

/** Does it once in full, makes sure that it is repeated then, and tells how that ended. */
function again(told: Told): Ran {
  const first = run(told);
  expect(isRepeated(told)).toBe(true);
  const second = run(told);
  expect(second).toEqual(first);
  return second;
}

describe.runIf(makesGroups)('a start with a directory', () => {
  const reading = (flag = `${dir}::/d`): string[] => ['--dir', flag, guest('c/read-file'), '/d/file'];

  test('reads what is in it now', () => {
    expect(again({ args: reading() })).toEqual(good('what is in it\n'));
    writeFileSync(join(dir, 'file'), 'something else\n');
    expect(run({ args: reading() })).toEqual(good('something else\n'));
    renameSync(dir, `${dir}-before`);
    mkdirSync(dir);
    writeFileSync(join(dir, 'file'), 'in another directory\n');
    expect(isRepeated({ args: reading() })).toBe(true);
    expect(run({ args: reading() })).toEqual(good('in another directory\n'));
  });

  test('writes files that are its owner’s, whoever that is now', () => {
    const args = ['-v', `${dir}:/d`, guest('c/write-file'), '/d/new', 'text'];
    again({ args });
    for (const [uid, gid] of [
      [1234, 4321],
      [0, 0],
    ] as const) {
      chownSync(dir, uid, gid);
      rmSync(join(dir, 'new'));
      expect(isRepeated({ args })).toBe(true);
      expect(statSync(join(dir, 'new'))).toMatchObject({ uid, gid, size: 4 });
    }
  });

  test('that is read-only writes nothing', () => {
    const args = ['--dir', `${dir}::/d:ro`, guest('c/write-file'), '/d/file', 'text'];
    const before = records().length;
    expect(run({ args })).toMatchObject({ status: 1, stderr: expect.stringMatching(/EROFS/) });
    expect(records().length).toBe(before + 1);
    expect(isRepeated({ args })).toBe(true);
    expect(run({ args })).toMatchObject({ status: 1, stderr: expect.stringMatching(/EROFS/) });
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('what is in it\n');
  });

  test('gets no further than that', () => {
    symlinkSync('/etc', join(dir, 'link'));
    const paths = ['../file', '/etc/passwd', 'link/passwd', 'link', 'file/../../x', 'file'];
    const { stdout } = again({ args: ['--dir', `${dir}::/d`, guest('c/open-outside'), ...paths] });
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 4).map((line) => line.split(' ')[1])).toEqual(Array(4).fill('ENOTCAPABLE'));
    expect(lines.at(-1)).toBe('file OK');
  });

  test('that was named from where the caller is gets the one there', () => {
    const other = join(dir, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'file'), 'elsewhere\n');
    const args = reading('.::/d');
    expect(again({ args, cwd: dir })).toEqual(good('what is in it\n'));
    expect(isRepeated({ args, cwd: other })).toBe(true);
    expect(run({ args, cwd: other })).toEqual(good('elsewhere\n'));
  });

  test('and more of them has them in order', () => {
    const flags = ['b', 'a', 'c'].flatMap((name) => ['--dir', `${dir}::/${name}`]);
    expect(again({ args: [...flags, guest('c/list-preopens')] })).toEqual(good('3 /b\n4 /a\n5 /c\n'));
    const five = [...flags, '--dir', `${dir}::/d`, '--dir', `${dir}::/e`];
    expect(isRepeated({ args: [...five, guest('c/list-preopens')] })).toBe(false);
  });

  test('that is gone is told so', () => {
    again({ args: reading() });
    rmSync(dir, { recursive: true });
    const gone = run({ args: reading() });
    expect(gone).toMatchObject({ stdout: '', status: 125, stderr: expect.stringContaining(dir) });
    expect(gone).toEqual(run({ args: reading(), env: { WASMCTR_FROZEN: '0' } }));
  });
});
