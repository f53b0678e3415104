import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStub } from '../runtime/cuda/stub/index.ts';

const script = fileURLToPath(new URL('../../bench/gpu/run.sh', import.meta.url));
const torch = fileURLToPath(new URL('stub-torch', import.meta.url));
const stub = openStub('emulator-harness.cpp');
const hasPython = spawnSync('python3', ['--version']).status === 0;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-gpu-run-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly id: string;
  readonly peer: string;
  readonly ms?: number;
  readonly error?: string;
}

function run(settings: Record<string, string>) {
  if (stub.kind === 'none') throw new Error(stub.reason);
  const { status, stdout, stderr } = spawnSync('bash', [script], {
    env: {
      ...stub.machine.env,
      ...{ OUT: folder, KIT: '/nowhere', PYTHONPATH: torch, TINY: '--tiny', DRY: '--dry', N: '33' },
      ...settings,
    },
    encoding: 'utf8',
  });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const lines = (name: string) =>
    read(name)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const peers = JSON.parse(read('peers.json')).results as Line[];
  return { status, stdout, stderr, read, lines, peers };
}

// Everything that the script does on a machine with a GPU, but that PyTorch is none and the GPU is emulated.
describe.skipIf(stub.kind === 'none' || !hasPython)('bench/gpu/run.sh', () => {
  const settings = {
    ONLY: 'causal-1x2',
    CHECK: 'diagonals in batches bf16',
    SKIP: 'wgsl sanitize',
    TOTAL: '300',
  };

  it('checks, compiles, times, judges; and goes on where it was', { timeout: 300_000 }, () => {
    const { status, stdout, read, lines, peers } = run(settings);
    expect(stdout).toContain('Stub GPU (sm_90, CUDA 12.4)');
    expect(stdout).toContain('{"bare":0,"aligned":0,');
    expect(stdout).toMatch(/^ok: max error .+ against float64/m);
    expect(stdout).toContain('1 of 1 scenarios compiled');
    expect(stdout).toContain('1 attentions, 0 launches failed');
    expect(lines('check.jsonl')).toMatchObject([
      { name: 'diagonals in batches bf16', launches: 2, failures: [] },
    ]);
    expect(lines('timings.jsonl')).toMatchObject([{ id: 'causal-1x2x256-d64', ok: true, has_table: false }]);
    expect(peers.map(({ id, peer, ms }) => [id.split('-')[0], peer, ms !== undefined])).toEqual([
      ['ceiling', 'ceiling', false],
      // A tensor of the torch that is none has no address.
      ['causal', 'ours', false],
      ['causal', 'cudnn', true],
      ['causal', 'flash', true],
      ['causal', 'flex', true],
    ]);
    const { gates } = JSON.parse(read('gpu.json')).data;
    expect(gates.length).toBeGreaterThanOrEqual(9);
    expect(stdout).toContain(read('summary.txt').slice(0, 500));
    expect(status).toBe(0);

    const again = run({ ...settings, RESUME: folder, SKIP: 'cli table time wgsl sanitize' });
    expect(again.stdout).toContain('0 attentions, 0 launches failed');
    expect(again.lines('timings.jsonl')).toHaveLength(1);
    expect(again.status).toBe(0);
  });
});
