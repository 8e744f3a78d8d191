/** The cgroup suite and the command on kernels that this machine is not: v2 alone, and controllers on both versions. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CgroupController } from '../../runtime/sandbox/cgroup.ts';
import { cgroupSuite } from '../suites/cgroup.suite.ts';
import { buildImage, type Image } from './image.ts';
import { commandNames, refusedNames } from './inside/commands.ts';
import { findKernel, type Kernel } from './kernel.ts';
import { runMachine, type VmResult, type VmRun } from './machine.ts';

const cache = join(import.meta.dirname, '../../node_modules/.cache/wasmctr-vm');
/** A minute or two under emulation, several on a busy machine. */
const machineTimeoutMs = 540_000;
let kernel: Kernel;
let image: Image;

beforeAll(async () => {
  mkdirSync(cache, { recursive: true });
  kernel = findKernel(cache);
  image = await buildImage(cache, kernel);
});

interface Scenario {
  scenario: string;
  /** Controllers that this place does not have: their cases are skipped, and no others. */
  lacks: readonly CgroupController[];
}

const machines: readonly {
  name: string;
  kernelArguments: string;
  scenarios: readonly Scenario[];
  refused: string[];
}[] = [
  {
    name: 'cgroup v2 alone',
    kernelArguments: 'cgroup_no_v1=all',
    scenarios: [
      { scenario: 'root group', lacks: [] },
      { scenario: 'delegated', lacks: [] },
      { scenario: 'session', lacks: [] },
      { scenario: 'rootless, alone in its scope', lacks: ['io', 'cpuset'] },
      { scenario: 'rootless, beside a shell', lacks: [] },
    ],
    refused: ['rootless, not delegated', 'rootless, occupied'],
  },
  {
    name: 'controllers on both',
    kernelArguments: 'cgroup_no_v1=memory,pids,io',
    scenarios: [{ scenario: 'hybrid', lacks: [] }],
    refused: [],
  },
];

describe.each(machines)('$name', ({ kernelArguments, scenarios, refused }) => {
  let run: VmRun;

  function expectOutcome(name: string, outcome: VmResult['outcome']): void {
    const result = run.results.find((candidate) => candidate.name === name);
    expect(result, `no result; the console ends with ${run.console.slice(-2_000)}`).toBeDefined();
    expect(result?.outcome, result?.detail).toBe(outcome);
  }

  beforeAll(async () => {
    run = await runMachine(kernel, image, kernelArguments, machineTimeoutMs);
    console.log(`${kernelArguments}: booted in ${Math.round(run.bootMs)} ms`);
  });

  test('the machine runs to its end', () => {
    expect(run.ended, run.console).toBe(true);
  });

  describe.each(scenarios)('$scenario', ({ scenario, lacks }) => {
    test.each(cgroupSuite)('$name', ({ name, needs }) => {
      expectOutcome(`${scenario}: ${name}`, needs.some((controller) => lacks.includes(controller)) ? 'skip' : 'ok');
    });

    test.for(['the suite ran to its end', ...commandNames])('%s', (name) =>
      expectOutcome(`${scenario}: ${name}`, 'ok'),
    );
  });

  describe.each(refused)('%s', (scenario) => {
    test.for(['is refused', ...refusedNames])('%s', (name) => expectOutcome(`${scenario}: ${name}`, 'ok'));
  });
});
