/** An interactive shell on a pseudo-terminal, driven by what a person would type. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 10_000;

export class Terminal {
  readonly #script: ChildProcess;
  readonly #chunks: string[] = [];
  /** How much of the output earlier calls of `expect` have used up. */
  #seen = 0;

  private constructor(script: ChildProcess) {
    this.#script = script;
    script.stdout?.setEncoding('utf8').on('data', (chunk: string) => this.#chunks.push(chunk));
  }

  /** bash with job control and an empty prompt; util-linux's `script` makes the pseudo-terminal. */
  static async open(): Promise<Terminal> {
    const shell = 'exec bash --noprofile --norc --noediting -i';
    const terminal = new Terminal(
      spawn('script', ['--quiet', '--return', '--flush', '--command', shell, '/dev/null'], {
        stdio: ['pipe', 'pipe', 'inherit'],
        detached: true,
        env: { PATH: process.env.PATH, PS1: '', TERM: 'dumb', HISTFILE: '' },
      }),
    );
    terminal.type("bind 'set enable-bracketed-paste off' 2>/dev/null; PS1=; stty -echo; echo ready-$((40 + 2))\n");
    await terminal.expect('ready-42\r\n');
    return terminal;
  }

  type(keys: string): void {
    this.#script.stdin?.write(keys);
  }

  /** Waits until this has appeared after what was expected before, and returns all that came until then. */
  async expect(pattern: string | RegExp): Promise<string> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const fresh = this.#chunks.join('').slice(this.#seen);
      const match = typeof pattern === 'string' ? literal(pattern, fresh) : pattern.exec(fresh);
      if (match !== null) {
        const end = match.index + match[0].length;
        this.#seen += end;
        return fresh.slice(0, end);
      }
      if (Date.now() > deadline) throw new Error(`the terminal never showed ${pattern}, only ${JSON.stringify(fresh)}`);
      await sleep(10);
    }
  }

  /** Runs a command line to its end and returns what it showed, without carriage returns. */
  async run(line: string): Promise<string> {
    this.type(`${line}; echo "end-of-$((40 + 2))"\n`);
    return (await this.expect('end-of-42\r\n')).replace('end-of-42\r\n', '').replaceAll('\r', '');
  }

  async close(): Promise<void> {
    const { pid } = this.#script;
    if (pid === undefined || this.#script.exitCode !== null) return;
    const closed = once(this.#script, 'exit');
    // script hangs up its terminal's session when it ends.
    process.kill(-pid, 'SIGKILL');
    await closed;
  }
}

function literal(text: string, within: string): { index: number; 0: string } | null {
  const index = within.indexOf(text);
  return index < 0 ? null : { index, 0: text };
}
