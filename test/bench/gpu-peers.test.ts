import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../bench/gpu/peers/main.py', import.meta.url));
const stub = fileURLToPath(new URL('stub-torch', import.meta.url));
const python = spawnSync('python3', ['--version']);

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-peers-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shape = { batch: 1, heads: 2, kv_heads: 2, n: 300, dim: 64 };
const scenarios = [
  { id: 'dense', mask: null, ...shape, peers: ['cudnn', 'flash', 'flex'] },
  { id: 'causal', mask: { kind: 'causal' }, ...shape, peers: ['cudnn', 'flash', 'flex'] },
  { id: 'window', mask: { kind: 'window', w: 9 }, ...shape, dim: 128, peers: ['flex'] },
];

interface Line {
  readonly id: string;
  readonly peer: string;
  readonly ms?: number;
  readonly error?: string;
}

function run(
  env: Record<string, string>,
  ...argv: string[]
): { stdout: string; status: number | null; lines: Line[] } {
  const out = join(folder, 'peers.json');
  const file = join(folder, 'scenarios.json');
  writeFileSync(file, JSON.stringify(scenarios));
  const keep = argv.includes('--keep');
  if (!keep) rmSync(out, { force: true });
  const { stdout, status } = spawnSync(
    'python3',
    [script, '--scenarios', file, '--out', out, '--dry', ...argv.filter((word) => word !== '--keep')],
    {
      env: { ...process.env, PYTHONPATH: stub, PYTHONDONTWRITEBYTECODE: '1', ...env },
      encoding: 'utf8',
    },
  );
  const lines = argv.includes('--warm') ? [] : JSON.parse(readFileSync(out, 'utf8')).results;
  return { stdout, status, lines };
}

describe.skipIf(python.status !== 0)('the peers of the GPU benchmark, around a torch that is none', () => {
  it('measure every peer of every scenario', () => {
    const { stdout, status, lines } = run({});
    expect(status).toBe(0);
    expect(stdout).toMatch(/^7 of 7 contenders measured in \d+ s$/m);
    expect(lines.map(({ id, peer }) => `${id} ${peer}`)).toEqual([
      'ceiling ceiling',
      ...[
        'dense cudnn',
        'dense flash',
        'dense flex',
        'causal cudnn',
        'causal flash',
        'causal flex',
        'window flex',
      ],
    ]);
    for (const { peer, ms } of lines.slice(1)) expect(ms, peer).toBeGreaterThan(0);
  });

  it('write down what fails and go on', () => {
    const { lines } = run({ STUB_TORCH_REFUSES: '128' });
    expect(lines.find(({ id }) => id === 'window')).toMatchObject({
      error: 'RuntimeError: a head dimension | that is refused',
    });
    expect(lines.filter(({ ms }) => ms !== undefined)).toHaveLength(6);
  });

  it('do not time what is wrong', () => {
    const { lines } = run({ STUB_TORCH_WRONG: '128' });
    const wrong = lines.find(({ id }) => id === 'window');
    expect(wrong?.error).toBe('wrong: off by 1.00e+00 of the length of a row');
    expect(wrong?.ms).toBeUndefined();
    expect(lines.filter(({ ms }) => ms !== undefined)).toHaveLength(6);
  });

  it('leave out what was measured before', () => {
    run({});
    const before = readFileSync(join(folder, 'peers.json'), 'utf8');
    const { stdout } = run({ STUB_TORCH_REFUSES: '64' }, '--keep');
    expect(stdout).toMatch(/^7 of 7 contenders measured in 0 s$/m);
    expect(readFileSync(join(folder, 'peers.json'), 'utf8')).toBe(before);
  });

  it('give up a case whose process dies, and measure the others in a new one', () => {
    const { lines } = run({ STUB_TORCH_CRASH: '1' });
    expect(lines[0]).toMatchObject({ id: 'ceiling', error: expect.stringContaining('or a crash') });
    expect(lines.filter(({ ms }) => ms !== undefined)).toHaveLength(7);
  });

  it('say what was not reached, and compile ahead', () => {
    const { lines } = run({}, '--budget', '0');
    expect(lines).toHaveLength(8);
    for (const { error } of lines) expect(error).toBe('not reached in the time');
    expect(run({}, '--warm', '--procs', '2').stdout).toMatch(/^warm: 3 of 3 scenarios compiled in \d+ s$/m);
  });
});
