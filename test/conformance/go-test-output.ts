/** Reads what a Go test binary prints with -test.v. */

export interface GoTest {
  name: string;
  /** What the test logged, without places. */
  log: string;
}

export interface GoTestOutput {
  passed: GoTest[];
  failed: GoTest[];
  skipped: GoTest[];
}

export function parseGoTests(output: string): GoTestOutput {
  const result: GoTestOutput = { passed: [], failed: [], skipped: [] };
  const lists = { PASS: result.passed, FAIL: result.failed, SKIP: result.skipped };
  const logs = new Map<string, string[]>();
  let current = '';
  for (const line of output.split('\n')) {
    const turn = /^=== (?:RUN|NAME|CONT|PAUSE)\s+(\S+)/.exec(line);
    const verdict = /^\s*--- (PASS|FAIL|SKIP): (\S+)/.exec(line);
    if (turn?.[1] !== undefined) current = turn[1];
    else if (verdict !== null) {
      const [, outcome, name = ''] = verdict;
      const test = { name, log: (logs.get(name) ?? []).join(' ') };
      lists[outcome as keyof typeof lists].push(test);
    } else if (line.trim() !== '') {
      const log = logs.get(current) ?? [];
      log.push(line.trim().replace(/^\w+\.go:\d+: ?/, ''));
      logs.set(current, log);
    }
  }
  return result;
}
