import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../cli/run/report.ts';
import { openStub } from '../runtime/cuda/stub/index.ts';
import { sparsec } from './test-terminal.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-cuda-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = `
/// A window behind each token.
attention near {
  launch w: int in 1..64 = 8
  mask causal & window(keys: w)
  heads 2
  dim 64
}
`;

describe('compile --target cuda', () => {
  const compile = (...argv: string[]) =>
    sparsec(['compile', 'near.sa', '--target', 'cuda', ...argv], { cwd: folder, env: { PATH: '/nowhere' } });
  beforeAll(() => writeFileSync(join(folder, 'near.sa'), source));

  it('writes NAME.cu, NAME.ts and NAME.json with no CUDA on the machine', async () => {
    const { code, stdout, stderr } = await compile('--out', 'plain');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe(['cu', 'ts', 'json'].map((ending) => `wrote plain/near.${ending}\n`).join(''));
    const read = (ending: string) => readFileSync(join(folder, 'plain', `near.${ending}`), 'utf8');
    const { attention, images } = JSON.parse(read('json'));
    expect(attention).toMatchObject({ name: 'near', dtype: 'bf16', heads: 2, dim: 64 });
    expect(images).toBeUndefined();
    expect(read('cu').trimEnd()).toBe(attention.cuda.code.trimEnd());
    for (const kernel of attention.passes[0].kernels) expect(read('cu')).toContain(` ${kernel.name}(`);
    expect(read('ts')).toContain("from 'sparsec/runtime/cuda'");
    expect(await compile('--out', 'plain', '--check')).toMatchObject({ code: 0, stderr: '' });
  });

  it('says what --cubin needs', async () => {
    const missing = await sparsec(
      ['compile', 'near.sa', '--target', 'cuda', '--cubin', 'sm_90a,compute_80', '--out', 'none'],
      { cwd: folder, env: { NVCC: '/nowhere/nvcc' } },
    );
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toBe(
      'error: --cubin sm_90a,compute_80 needs nvcc, which was not found (NVCC names /nowhere/nvcc): install the CUDA ' +
        'toolkit (12.5 or newer), or leave --cubin away: NVRTC then compiles the kernels when they are first used\n',
    );
    expect(existsSync(join(folder, 'none'))).toBe(false);
    expect(await compile('--cubin', 'hopper', '--out', 'none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--cubin: "hopper" is no architecture that kernels are made for'),
    });
    expect(await compile('--cubin', 'sm_90a', '--emit', 'cuda')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--cubin needs --out DIR to write to'),
    });
    const wgsl = await sparsec(['compile', 'near.sa', '--cubin', 'sm_80', '--out', 'none'], { cwd: folder });
    expect(wgsl).toMatchObject({ code: 2, stderr: expect.stringContaining('--cubin needs --target cuda') });
  });

  it.skipIf(process.platform === 'win32')(
    'writes what nvcc makes beside the launcher, which names it',
    async () => {
      // An nvcc that writes down its arguments.
      mkdirSync(join(folder, 'bin'));
      const nvcc = join(folder, 'bin', 'nvcc');
      writeFileSync(
        nvcc,
        '#!/bin/sh\nwhile [ "$1" != -o ]; do args="$args $1"; shift; done\necho "made by$args" > "$2"\n',
      );
      chmodSync(nvcc, 0o755);
      const env = { NVCC: nvcc, PATH: process.env.PATH };
      const argv = [
        'compile',
        'near.sa',
        '--target',
        'cuda',
        '--cubin',
        'sm_90a,compute_80',
        '--out',
        'images',
      ];
      expect(await sparsec(argv, { cwd: folder, env })).toMatchObject({ code: 0 });
      const read = (name: string) => readFileSync(join(folder, 'images', name), 'utf8');
      expect(readdirSync(join(folder, 'images')).sort()).toEqual([
        ...['near.compute_80.ptx', 'near.cu', 'near.json', 'near.sm_90a.cubin', 'near.ts'],
      ]);
      expect(read('near.sm_90a.cubin')).toBe('made by -arch=sm_90a -cubin -std=c++17\n');
      expect(read('near.compute_80.ptx')).toBe('made by -arch=compute_80 -ptx -std=c++17\n');
      expect(read('near.ts')).toContain("sm_90a: new URL('./near.sm_90a.cubin', import.meta.url)");
      expect(JSON.parse(read('near.json')).images).toEqual({
        sm_90a: 'near.sm_90a.cubin',
        compute_80: 'near.compute_80.ptx',
      });
      expect(await sparsec([...argv, '--check'], { cwd: folder, env })).toMatchObject({
        code: 0,
        stderr: '',
      });

      writeFileSync(nvcc, '#!/bin/sh\necho "near.cu(7): error: no such thing" >&2; exit 2\n');
      expect(await sparsec(argv, { cwd: folder, env })).toMatchObject({
        code: 1,
        stderr: 'error: nvcc refused near for sm_90a: near.cu(7): error: no such thing\n',
      });
    },
  );

  it('prints the stages that the target has', async () => {
    const emit = (stage: string, target: string) =>
      sparsec(['compile', '-', '--target', target, '--emit', stage], { stdin: source });
    expect((await emit('cuda', 'cuda')).stdout).toContain('struct SpParams {');
    expect((await emit('kernels', 'cuda')).stdout).toContain('kernel attend_sm90a_128x128: tiled for sm_90a');
    expect((await emit('launcher', 'cuda')).stdout).toContain('createCudaAttention');
    expect((await emit('schedule', 'cuda')).stdout).toContain('pass all: attend 0, dense');
    expect(await emit('wgsl', 'cuda')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--emit wgsl needs --target wgsl'),
    });
    expect(await emit('cuda', 'wgsl')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--emit cuda needs --target cuda'),
    });
  });

  it('leaves the storage type of an attention as it is and refuses f32', async () => {
    const compileAs = (...argv: string[]) =>
      sparsec(['compile', '-', '--target', 'cuda', '--emit', 'json', ...argv], {
        stdin: 'pattern p = causal\n',
      });
    expect(JSON.parse((await compileAs()).stdout).attention.dtype).toBe('bf16');
    expect(JSON.parse((await compileAs('--dtype', 'f16')).stdout).attention.dtype).toBe('f16');
    expect(await compileAs('--dtype', 'f32')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('explain --target cuda', () => {
  const joined = `attention a {
    heads 2
    dim 64
    let near = attend(q, k, v, mask: window(each: 9))
    let far = attend(q, k, v, mask: j == i | j == i - 500)
    return concat(near, far)
  }\n`;
  const explain = (...argv: string[]) =>
    sparsec(['explain', '-', '--target', 'cuda', '--n', '4096', ...argv], { stdin: joined });

  it('names kernels, tiles and families, and says what a newer family does not serve', async () => {
    const { code, stdout } = await explain();
    expect(code).toBe(0);
    expect(stdout).toContain('4096 queries x 4096 keys, tiles of 128 x 128 (attend_near_sm90a_128x128)');
    expect(stdout).toMatch(/^near +attend_near_sm90a_128x128 +dense +128 x 128 +ranges/m);
    expect(stdout).toMatch(/^far +attend_far_sm80_32x4 +diagonal +32 x 4 +diagonals/m);
    expect(stdout).toContain(
      'note: pass far runs attend_far_sm80_32x4, a kernel of sm_80: diagonals use no tensor cores\n',
    );
    expect(stdout).toMatch(/^ {2}far: diagonals +chosen: predicted [\d.]+x over plain tiles$/m);
  });

  it('counts the tiles of the family that is asked for', async () => {
    const json = async (...argv: string[]) => JSON.parse((await explain('--format', 'json', ...argv)).stdout);
    const old = await json('--adapter', 'sm_80');
    expect(old).toMatchObject({ adapter: 'sm_80', tile: { queries: 128, keys: 64 }, notes: [] });
    expect(old.passes.map(({ kernel }: { kernel: string }) => kernel)).toEqual([
      'attend_near_sm80_128x64',
      'attend_far_sm80_32x4',
    ]);
    const few = await json('--nq', '4');
    expect(few.notes[0]).toBe(
      'pass near runs attend_near_few_sm80_16x64, a kernel of sm_80: it is made for 16 queries or fewer',
    );
  });

  it('says in how many parts few queries are computed', async () => {
    const decoding = ['--nq', '1', '--nk', '65536', '--target', 'cuda'];
    const source = 'attention a {\n  mask causal\n  heads 8\n  dim 128\n}\n';
    const explainAs = (...argv: string[]) =>
      sparsec(['explain', '-', ...decoding, ...argv], { stdin: source });
    expect((await explainAs()).stdout).toContain(
      'note: pass all is computed in 32 parts on 132 multiprocessors, which would be idle otherwise: ' +
        'attend_few_sm80_16x64_parts, then merge_parts\n',
    );
    const json = async (...argv: string[]) =>
      JSON.parse((await explainAs('--format', 'json', ...argv)).stdout);
    expect((await json()).passes[0].parts).toBe(32);
    expect((await json('--adapter', 'sm_80')).passes[0].parts).toBe(27);
    expect((await json('--nq', '16384')).passes[0].parts).toBe(1);
  });

  it('refuses adapters of the other target', async () => {
    expect(await explain('--adapter', 'gpu')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--adapter gpu has no kernels of --target cuda; sm_90a and sm_80 have'),
    });
  });
});

describe('run --device cuda', () => {
  it('says what is missing where there is no driver', async () => {
    const env = { SPARSEC_CUDA_DRIVER: '/nowhere/libcuda.so.1' };
    const { code, stdout, stderr } = await sparsec(['run', '-', '--n', '9', '--device', 'cuda'], {
      stdin: source,
      env,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^error: there is no CUDA device: no CUDA driver was found \(.+\); install the NVIDIA driver/,
    );
  });

  // The kernels as they are emitted, through the runtime as it is, on a driver that emulates the GPU.
  const stub = openStub('emulator-harness.cpp');
  describe.skipIf(stub.kind === 'none')(stub.kind === 'none' ? stub.reason : 'emulated', () => {
    const run = async (stdin: string, ...argv: string[]): Promise<RunReport> => {
      const env = stub.kind === 'stub' ? stub.machine.env : {};
      const result = await sparsec(['run', '-', '--format', 'json', '--device', 'cuda', ...argv], {
        stdin,
        env,
      });
      expect(result).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('device: Stub GPU (sm_90, CUDA 12.4)'),
      });
      return JSON.parse(result.stdout);
    };

    it('executes ranges, a run table, arrays and grouped heads right', async () => {
      const cases: readonly (readonly [string, readonly string[]])[] = [
        [source, ['--n', '65']],
        [
          'attention a {\n  mask window(each: 9) | stride(7)\n  heads 2\n  dim 64\n  outputs out, lse\n}\n',
          ['--n', '131'],
        ],
        [
          'attention a {\n  input ids: int[batch, n] = documents(20)\n  mask same(ids) & causal\n' +
            '  heads 4\n  kv_heads 2\n  dim 80\n  layout bnhd\n  dtype f16\n}\n',
          ['--n', '33', '--batch', '2'],
        ],
      ];
      for (const [text, argv] of cases) {
        const report = await run(text, ...argv);
        expect(report).toMatchObject({ device: 'cuda', ok: true, timed_by: 'CUDA events', non_finite: 0 });
        expect(report.rows_checked).toBe(report.rows);
      }
    });

    it('executes several passes right, and names their kernels', async () => {
      const cases: readonly (readonly [string, readonly string[], readonly RegExp[]])[] = [
        // A window of neighbours, then the residues behind it.
        [
          'attention a {\n  mask causal & (window(keys: 100) | stride(100))\n  heads 2\n  dim 64\n  outputs out, lse\n}\n',
          ['--n', '233'],
          [/^attend_plain_sm90a_/, /^attend_residues_of_100_sm90a_/],
        ],
        [
          'attention a {\n  heads 2\n  dim 64\n' +
            '  let near = attend(q, k, v, mask: window(each: 9))\n  let far = attend(q, k, v, mask: stride(7))\n' +
            '  return concat(near, far)\n}\n',
          ['--n', '131'],
          [/^attend_near_sm90a_/, /^attend_far_sm90a_/],
        ],
      ];
      for (const [text, argv, names] of cases) {
        const report = await run(text, ...argv);
        expect(report).toMatchObject({ device: 'cuda', ok: true, non_finite: 0 });
        expect(report.kernels).toEqual(names.map((name) => expect.stringMatching(name)));
      }
    });

    it('executes few queries in parts right, and names what merges them', async () => {
      const text =
        'attention a {\n  input s: float[heads] = random(seed: 4, density: 1.0)\n  mask causal\n  heads 2\n' +
        '  dim 64\n  sink logit(s)\n  outputs out, lse\n}\n';
      const report = await run(text, '--nq', '2', '--nk', '2003');
      expect(report).toMatchObject({ device: 'cuda', ok: true, non_finite: 0, rows_checked: 4 });
      expect(report.kernels).toEqual(['attend_few_sm80_16x64_parts', 'merge_parts']);
    });

    it('names the call where a launch fails', async () => {
      const broken = openStub('emulator-harness.cpp');
      if (broken.kind === 'none') return;
      broken.reset();
      broken.fail('cuLaunchKernel', 1);
      const env = broken.machine.env;
      const result = await sparsec(['run', '-', '--device', 'cuda', '--n', '9'], { stdin: source, env });
      expect(result).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('error: cuLaunchKernel failed for attend'),
      });
    });
  });
});
