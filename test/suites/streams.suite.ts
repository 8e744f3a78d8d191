/** stdin, stdout and stderr are the command's own: binary, closed, full, broken, and never gathered in memory. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest } from '../helpers/guests.ts';
import { expectNothingLeft } from '../helpers/leaks.ts';
import type { Wasi } from '../helpers/wasi.ts';
import { runGuest, startGuest, wasmctrBin } from '../helpers/wasmctr.ts';

export function streamSuite({ version, of }: Wasi): void {
  const execute = promisify(execFile);

  let scratch: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'wasmctr-streams-'));
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true });
    await expectNothingLeft();
  });

  describe('bytes', () => {
    it.each(['c/cat', 'as/stdin'])('all 256 values pass through %s unchanged', async (name) => {
      const every = Buffer.from(Array.from({ length: 4096 }, (_, index) => index % 256));
      expect((await runGuest(of(name), [], { stdin: every })).bytes.equals(every)).toBe(true);
    });

    it('20 MiB of noise pass unchanged', async () => {
      const noise = randomBytes(20 << 20);
      const { bytes, code } = await runGuest(of('c/cat'), [], { stdin: noise });
      const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
      expect({ code, digest: digest(bytes) }).toEqual({ code: 0, digest: digest(noise) });
    });

    it('the two output streams stay apart', async () => {
      expect(await runGuest(of('c/stderr'))).toMatchObject({ stdout: 'to stdout\n', stderr: 'to stderr\n', code: 0 });
    });

    it('the order of writes to one file is kept', async () => {
      const { stdout } = await runGuest(of('c/stderr'), [], { redirect: '2>&1' });
      expect(stdout).toBe('to stdout\nto stderr\n');
    });

    it('a file as stdin is read from where it stands, and left where the guest stopped', async () => {
      const file = join(scratch, 'input');
      writeFileSync(file, '0123456789'.repeat(1000));
      const script = '{ dd bs=10 count=1 status=none of=/dev/null; "$0" run "$1" >/dev/null; wc -c; } <"$2"';
      const { stdout } = await execute('sh', ['-c', script, wasmctrBin, guest(of('c/read-once')), file]);
      expect(stdout.trim()).toBe(String(10_000 - 10 - 4096));
    });

    it('stdout opened for appending appends', async () => {
      const file = join(scratch, 'log');
      writeFileSync(file, 'before\n');
      await runGuest(of('c/hello'), [], { redirect: `>>${file}` });
      expect(readFileSync(file, 'utf8')).toBe('before\nhello\n');
    });
  });

  describe('descriptors that are not there', () => {
    it.each([
      // In 0.2 there is always a stdin and a stdout: the one has ended, the other fails.
      ['<&-', 'c/read-once', version === '0.1' ? 'read: -1 EBADF\n' : 'read: 0 OK\n', ''],
      ['<&-', 'c/hello', 'hello\n', ''],
      ['>&-', 'c/write-once', '', version === '0.1' ? 'write: -1 EBADF\n' : 'write: -1 EIO\n'],
      ['2>&-', 'c/hello', 'hello\n', ''],
      ['<&- 2>&-', 'c/hello', 'hello\n', ''],
    ])('%s: %s', async (redirect, name, stdout, stderr) => {
      expect(await runGuest(of(name), [], { redirect })).toMatchObject({ stdout, stderr, code: 0 });
    });

    it('all three closed: the guest runs', async () => {
      expect(await runGuest(of('c/exit-code'), ['7'], { redirect: '<&- >&- 2>&-' })).toMatchObject({
        code: version === '0.1' ? 7 : 1,
      });
    });

    it('a closed stdin is not replaced by one of wasmctr’s own descriptors', async () => {
      const { stdout } = await runGuest(of('c/list-fds'), [], { redirect: '<&-', flags: ['--dir', `${scratch}::/d`] });
      // Type 3 is a directory: the preopen, at its usual place.
      expect(stdout).toMatch(version === '0.1' ? /^1 \d\n2 \d\n3 3\n$/ : /^0 \d\n1 \d\n2 \d\n3 3\n$/);
    });

    it('a guest can close its stdout', async () => {
      expect(await runGuest(of('c/close-stdout'))).toMatchObject({ stdout: '', stderr: 'write: EBADF\n', code: 1 });
    });

    it('descriptors that the caller left open are not the guest’s', async () => {
      const { stdout } = await runGuest(of('c/list-fds'), [], { redirect: '3</etc/passwd 7</etc' });
      expect(stdout).toMatch(/^0 \d\n1 \d\n2 \d\n$/);
    });

    it('stdin opened for writing only can’t be read', async () => {
      const { stdout, code } = await runGuest(of('c/read-once'), [], { redirect: `0>${join(scratch, 'write-only')}` });
      expect({ stdout, code }).toEqual({ stdout: 'read: -1 EBADF\n', code: 0 });
    });
  });

  describe('pipes', () => {
    it('a reader that goes away is EPIPE, and no signal', async () => {
      const script = '"$0" run "$1" 2>"$2" | head -c 1 >/dev/null; echo "$PIPESTATUS"';
      const log = join(scratch, 'epipe');
      const flood = await execute('bash', ['-c', script, wasmctrBin, guest(of('c/write-flood')), log]);
      expect({ status: flood.stdout.trim(), stderr: readFileSync(log, 'utf8') }).toEqual({
        status: '1',
        // A stream of 0.2 is closed, whatever closed it, and the adapter says EIO.
        stderr: version === '0.1' ? 'write: EPIPE\n' : 'write: EIO\n',
      });
    });

    it('a device without room is ENOSPC', async () => {
      const { stderr } = await runGuest(of('c/write-once'), [], { redirect: '>/dev/full' });
      expect(stderr).toBe('write: -1 ENOSPC\n');
    });

    it('a full pipe blocks the guest until there is room', async () => {
      const run = startGuest(of('c/cat'), [], { stdin: '', timeoutMs: 30_000 });
      run.stdout.pause();
      const data = randomBytes(4 << 20);
      run.stdin.end(data);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(run.process.exitCode).toBe(null);
      run.stdout.resume();
      const { bytes, code } = await run.result;
      expect({ code, same: bytes.equals(data) }).toEqual({ code: 0, same: true });
    });

    it('a line is answered before the next one is sent', async () => {
      const run = startGuest(of('c/read-lines'), [], { stdin: '' });
      await run.saw('ready');
      run.stdin.write('one\n');
      await run.saw('got one');
      run.stdin.write('two\n');
      await run.saw('got two');
      run.stdin.end();
      expect(await run.result).toMatchObject({ stdout: 'ready\ngot one\ngot two\nend\n', code: 0 });
    });

    // The adapter has no flags for stdin.
    it.runIf(version === '0.1')('a non-blocking read of an empty pipe is EAGAIN', async () => {
      const run = startGuest(of('c/read-nonblocking'), [], { stdin: '' });
      const { stdout } = await run.result;
      expect(stdout).toBe('read: -1 EAGAIN\n');
    });

    it('what the guest does to its own O_NONBLOCK is not left on a shared pipe', async () => {
      // The flag lives in the open file description, which the caller shares: the shell's next reader would break.
      const script = '(sleep 0.5; echo late) | { "$0" run "$1" >/dev/null; cat; }';
      const { stdout } = await execute('bash', ['-c', script, wasmctrBin, guest(of('c/read-nonblocking'))]);
      expect(stdout).toBe('late\n');
    });

    it('a pipe that is non-blocking already blocks a guest that expects it to', async () => {
      // python3's pipes made non-blocking by the parent: reads must wait, not fail with EAGAIN.
      const script = `
import os, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(r, False)
p = subprocess.Popen(sys.argv[1:], stdin=r, stdout=subprocess.PIPE)
os.close(r)
time.sleep(0.4)
os.write(w, b'x' * 10)
os.close(w)
sys.stdout.write(p.communicate()[0].decode())`;
      const { stdout } = await execute('python3', ['-c', script, wasmctrBin, 'run', guest(of('c/read-once'))]);
      expect(stdout).toBe('read: 10 OK\n');
    });
  });

  describe('polling stdin', () => {
    it('answers when bytes are there', async () => {
      expect((await runGuest(of('c/poll-stdin'), ['5000'], { stdin: 'x' })).stdout).toMatch(/^1 in/);
    });

    it('answers nothing when none come in time', async () => {
      const run = startGuest(of('c/poll-stdin'), ['50'], { stdin: '' });
      expect((await run.result).stdout).toBe('0\n');
    });

    it('answers the end of a pipe', async () => {
      const { stdout } = await runGuest(of('c/poll-stdin'), ['5000'], { stdin: new Uint8Array(0) });
      expect(stdout).toMatch(version === '0.1' ? /^1 (in )?hup\n$/ : /^1 in\n$/);
    });

    it('/dev/null and files are always ready', async () => {
      expect((await runGuest(of('c/poll-stdin'), ['5000'])).stdout).toMatch(/^1 in/);
      const { stdout } = await runGuest(of('c/poll-stdin'), ['5000'], { redirect: `<${guest(of('c/cat'))}` });
      expect(stdout).toMatch(/^1 in/);
    });
  });

  describe('volume', () => {
    it('1 GiB passes through a pipe in bounded memory', { timeout: 180_000 }, async () => {
      const script = 'head -c 1073741824 /dev/zero | "$0" run --stats=json "$1" 2>"$2" | wc -c';
      const receipt = join(scratch, 'receipt');
      const { stdout } = await execute('bash', ['-c', script, wasmctrBin, guest(of('c/cat')), receipt], {
        timeout: 150_000,
      });
      expect(stdout.trim()).toBe(String(2 ** 30));
      const { usage } = JSON.parse(readFileSync(receipt, 'utf8')) as { usage: { peakMemoryBytes: number } };
      expect(usage.peakMemoryBytes).toBeLessThan(200 << 20);
    });

    it('100 MiB are counted right', async () => {
      const script = 'head -c 104857600 /dev/zero | tr "\\0" "\\001" | "$0" run "$1"';
      const { stdout } = await execute('bash', ['-c', script, wasmctrBin, guest(of('c/count-bytes'))]);
      expect(stdout).toBe('104857600 104857600\n');
    });

    it('--max-output ends in ENOSPC, and says so', async () => {
      const { bytes, stderr, code } = await runGuest(of('c/write-flood'), [], { flags: ['--max-output', '1MiB'] });
      expect(bytes.length).toBeLessThanOrEqual(1 << 20);
      expect(bytes.length).toBeGreaterThan((1 << 20) - (1 << 16));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^wasmctr: output limit reached: [^\n]+: ENOSPC: raise --max-output \(now 1MiB\)\n$/m);
    });
  });

  it('none of the streams is a terminal here', async () => {
    expect((await runGuest(of('c/isatty'))).stdout).toBe('0 0 0\n');
  });
}
