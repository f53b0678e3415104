import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TuningReport } from '../../../cli/tune/report.ts';
import { cudaTargets, software } from '../../../compiler/cost/index.ts';
import { acquireDevice } from '../../../runtime/node/index.ts';
import { openStub } from '../../runtime/cuda/stub/index.ts';
import { sparsec } from '../test-terminal.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-tune-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): TuningReport => JSON.parse(readFileSync(join(folder, name), 'utf8'));

const adapter = await acquireDevice({ prefer: 'software' });
if (adapter.kind !== 'none') adapter.close();
const whyNot = adapter.kind === 'none' ? adapter.reason : '';

describe.skipIf(whyNot !== '')(`tune on the software adapter ${whyNot}`, () => {
  const source =
    'attention near {\n  mask causal & window(keys: 20)\n  heads 2\n  dim 16\n  outputs out, lse\n}\n';

  it('measures the layouts of the table, records the fastest, and compile takes it', async () => {
    writeFileSync(join(folder, 'near.sa'), source);
    const argv = ['tune', 'near.sa', '--n', '65', '--device', 'software', '--candidates', 'table'];
    const { code, stdout, stderr } = await sparsec([...argv, '--rounds', '3', '--out', 'near.json'], {
      cwd: folder,
    });
    expect(stderr).toMatch(/^device: .+: asked for\nwrote near\.json; compile with --tuned near\.json\n$/);
    expect(code).toBe(0);
    const { tuning, measured, candidates } = read('near.json');
    expect(tuning).toMatchObject({ attention: 'near', dim: 16, dimV: 16, dtype: 'f32' });
    expect(measured).toMatchObject({ launch: { batch: 1, heads: 2, nq: 65, nk: 65 }, rounds: 3 });
    expect(measured.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(measured.device.length).toBeGreaterThan(0);
    expect(candidates.map(({ candidate }) => candidate.layout)).toEqual(software.tiled);
    for (const report of candidates) {
      expect(report.refused).toBeUndefined();
      expect(report.max_abs_error).toBeLessThanOrEqual(measured.tolerance);
      expect(report.min_ms).toBeGreaterThan(0);
      expect(report.median_ms).toBeGreaterThanOrEqual(report.min_ms!);
    }
    const least = Math.min(...candidates.map(({ median_ms: ms }) => ms!));
    const fastest = candidates.find(({ median_ms: ms }) => ms === least)!;
    expect(tuning.layouts).toEqual([fastest.candidate]);
    expect(stdout).toMatch(/^near on .+: batch 1, 2 heads, 65 queries x 65 keys, dim 16, dim_v 16, f32\n\* /);

    const kernels = await sparsec(['compile', 'near.sa', '--tuned', 'near.json', '--emit', 'json'], {
      cwd: folder,
    });
    expect(kernels).toMatchObject({ code: 0, stderr: '' });
    const names = JSON.parse(kernels.stdout).attention.passes[0].kernels.map(
      ({ name }: { name: string }) => name,
    );
    expect(names).toContain(fastest.kernels[0]);
  });

  it('tunes few queries and diagonals where a launch has them', async () => {
    const run = async (stdin: string, ...argv: string[]): Promise<TuningReport> => {
      const command = ['tune', '-', '--device', 'software', '--candidates', 'table', '--rounds', '1'];
      const { code, stdout } = await sparsec([...command, '--format', 'json', ...argv], { stdin });
      expect(code).toBe(0);
      return JSON.parse(stdout);
    };
    const few = await run(source, '--nq', '3', '--nk', '65');
    expect(few.tuning.layouts.map(({ list }) => list)).toEqual(['smallQuery']);
    const powers = 'attention far {\n  mask causal & powers_of_two()\n  heads 1\n  dim 16\n}\n';
    const far = await run(powers, '--n', '300');
    expect(far.tuning.layouts.map(({ list }) => list)).toContain('diagonal');
  });
});

describe('tune without a device', () => {
  it('says what is missing', async () => {
    const env = { SPARSEC_CUDA_DRIVER: '/nowhere/libcuda.so.1' };
    const { code, stdout, stderr } = await sparsec(['tune', '-', '--n', '9', '--device', 'cuda'], {
      stdin: 'pattern p = causal\n',
      env,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: there is no CUDA device: no CUDA driver was found/);
  });
});

describe('--tuned', () => {
  const compileWith = async (content: string) => {
    writeFileSync(join(folder, 'given.json'), content);
    const argv = ['compile', '-', '--tuned', 'given.json', '--emit', 'kernels'];
    return sparsec(argv, { cwd: folder, stdin: 'attention near { mask causal heads 1 dim 64 }\n' });
  };
  const tuning = (attention: string, layout = { x: 2, y: 2, rows: 4, columns: 4 }) =>
    JSON.stringify({
      tuning: {
        ...{ attention, dim: 64, dimV: 64, dtype: 'f32' },
        layouts: [{ target: 'wgsl', class: 'software', list: 'tiled', layout }],
      },
    });

  it('takes the layout of the attention, and says where it is for another', async () => {
    const own = await compileWith(tuning('near'));
    expect(own).toMatchObject({ code: 0, stderr: '' });
    expect(own.stdout).toContain('attend_software_8x8');
    const other = await compileWith(tuning('far'));
    expect(other).toMatchObject({
      code: 0,
      stderr: 'note: the tuning of "far" is not used: "-" holds near\n',
    });
    expect(other.stdout).not.toContain('attend_software_8x8');
  });

  it('refuses a file that is none', async () => {
    expect(await compileWith('{')).toMatchObject({
      code: 1,
      stderr: 'error: "given.json" is no tuning: it is not JSON\n',
    });
    expect(await compileWith('{"tuning": {"attention": "near"}}')).toMatchObject({
      code: 1,
      stderr: 'error: "given.json" is no tuning: "tuning.dtype" must be f32, f16 or bf16\n',
    });
    expect(await compileWith(tuning('near', { x: 64, y: 64, rows: 1, columns: 1 }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error[SA0706]'),
    });
    const missing = ['compile', '-', '--tuned', 'missing.json', '--emit', 'kernels'];
    expect(await sparsec(missing, { cwd: folder, stdin: 'pattern p = causal\n' })).toMatchObject({
      code: 1,
      stderr: 'error: cannot read "missing.json": no such file\n',
    });
  });
});

const stub = openStub('emulator-harness.cpp');
describe.skipIf(stub.kind === 'none')(
  `tune on the stub driver${stub.kind === 'none' ? `: ${stub.reason}` : ''}`,
  () => {
    const argv = ['tune', '-', '--n', '33', '--device', 'cuda', '--rounds', '2', '--candidates', 'table'];
    const stdin = 'attention wide {\n  mask window(each: 9)\n  heads 1\n  dim 160\n}\n';
    const [sm80] = cudaTargets;
    // Those that are wide enough, for these heads alone.
    const expected = sm80.tiles.filter(({ upTo }) => upTo >= 160).map((tile) => ({ ...tile, upTo: 160 }));

    it('measures the layouts that the GPU runs', async () => {
      if (stub.kind === 'none') return;
      stub.reset();
      stub.device({ capability: 89, shared: 101_376 });
      const file = join(folder, 'wide.json');
      const result = await sparsec([...argv, '--out', file], { stdin, env: stub.machine.env });
      expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('device: Stub GPU (sm_89') });
      const { tuning, measured, candidates } = read('wide.json');
      expect(measured).toMatchObject({ device: 'Stub GPU (sm_89, CUDA 12.4)', compiler: 'NVRTC 12.4' });
      expect(candidates.map(({ candidate }) => candidate.layout)).toEqual(expected);
      for (const report of candidates) {
        expect(report).toMatchObject({ launches: 2, registers: 128, local_bytes: 0 });
        expect(report.max_abs_error).toBeLessThanOrEqual(measured.tolerance);
      }
      expect(expected).toContainEqual(tuning.layouts[0].layout);
      expect(stub.used()).toBe(0);

      const compiled = await sparsec(
        ['compile', '-', '--target', 'cuda', '--tuned', file, '--emit', 'json'],
        { stdin },
      );
      expect(compiled).toMatchObject({ code: 0, stderr: '' });
      const [pass] = JSON.parse(compiled.stdout).attention.passes;
      const won = tuning.layouts[0].layout as { warps: number; rows: number; keys: number };
      const tiled = pass.kernels.find(
        ({ purpose, family }: { purpose: string; family: string }) =>
          purpose === 'tiled' && family === 'sm_80',
      );
      expect(tiled.tile).toEqual({ queries: won.warps * won.rows, keys: won.keys });
    });

    it('goes on where a layout is refused, and says so', async () => {
      if (stub.kind === 'none') return;
      stub.reset();
      stub.device({ capability: 89, shared: 101_376 });
      // The first launch is that of the first layout.
      stub.fail('cuLaunchKernel', 1);
      const result = await sparsec([...argv, '--format', 'json'], { stdin, env: stub.machine.env });
      expect(result.code).toBe(0);
      const { candidates, tuning } = JSON.parse(result.stdout) as TuningReport;
      expect(candidates[0].refused).toMatch(/^cuLaunchKernel failed for attend/);
      expect(candidates[0].median_ms).toBeUndefined();
      expect(tuning.layouts[0].layout).toEqual(expected[1]);
      expect(stub.used()).toBe(0);
    });
  },
);
