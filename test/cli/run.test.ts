import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../cli/formats/npy.ts';
import type { RunReport } from '../../cli/run/report.ts';
import { largestError, toleranceFor } from '../../cli/run/tolerance.ts';
import { sparsec } from './test-terminal.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sparsec-run-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = (mask: string, fields = '') =>
  `attention a {\n  mask ${mask}\n  heads 2\n  dim 16\n${fields}}\n`;

async function run(stdin: string, ...argv: string[]): Promise<RunReport> {
  const { code, stdout, stderr } = await sparsec(['run', '-', '--format', 'json', ...argv], {
    stdin,
    cwd: folder,
  });
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/^device: /m) });
  return JSON.parse(stdout);
}

describe('run', () => {
  it('executes a kernel and holds it against float64', async () => {
    const report = await run(small('causal & window(keys: 9)', '  outputs out, lse\n'), '--n', '65');
    // The reference executor is a valid answer on machines without any adapter, and the report says so.
    expect(['hardware', 'software', 'reference']).toContain(report.device);
    expect(report).toMatchObject({
      ok: true,
      rows: 130,
      rows_checked: 130,
      non_finite: 0,
      nq: 65,
      nk: 65,
      dim: 16,
    });
    expect(report.max_abs_error).toBeLessThanOrEqual(report.tolerance);
    expect(report.lse_max_abs_error).toBeLessThanOrEqual(report.lse_tolerance!);
    expect(report.ms).toBeGreaterThan(0);
  });

  it('names rows whose scores give no weights, and compares the others', async () => {
    const stdin = small('causal', '  score sqrt(s)\n');
    for (const device of ['auto', 'reference']) {
      const { code, stdout } = await sparsec(
        ['run', '-', '--format', 'json', '--n', '6', '--device', device],
        { stdin },
      );
      const report = JSON.parse(stdout) as RunReport;
      expect(code).toBe(1);
      expect(report.ok).toBe(false);
      expect(report.undefined_rows).toBeGreaterThan(6);
      expect(report.rows_checked + report.undefined_rows).toBe(12);
      expect(report.max_abs_error).toBeLessThanOrEqual(report.tolerance);
    }
    const { stdout } = await sparsec(['run', '-', '--n', '6'], { stdin });
    expect(stdout).toMatch(/UNDEFINED: .* rows have scores that are NaN or infinite/);
  });

  it('walks the plan in float64 where it is told to', async () => {
    const fields = '  layout bnhd\n  outputs out, lse\n';
    const report = await run(
      small('window(each: 5)', fields),
      '--n',
      '33',
      '--batch',
      '2',
      '--device',
      'reference',
    );
    expect(report).toMatchObject({ device: 'reference', ok: true, rows: 132, timed_by: 'wall clock' });
    expect(report.max_abs_error).toBeLessThan(1e-12);
  });

  it.each(['relu', 'relu2', 'laplace', 'sigmoid', 'none'])(
    'holds sums of %s weights against what rounding explains of each element',
    async (word) => {
      const report = await run(
        small('causal & window(keys: 9)', `  normalize ${word}\n  score s * 0.5 + 0.25\n`),
        '--n',
        '33',
      );
      expect(report).toMatchObject({ ok: true, rows: 66, non_finite: 0 });
      expect(report.tolerance_rule).toContain('each element');
      expect(report.lse_tolerance).toBeUndefined();
    },
  );

  it.each(['merge', 'concat'])('walks a %s of attends with every step of the score', async (combine) => {
    const text = `attention a {
      input sinks: float[heads] = [0.5, -1.0]
      input bias: float[batch, n] = random(density: 0.5, seed: 3)
      heads 2
      dim 16
      dim_v 8
      softcap 20
      alibi
      bias key(bias)
      sink logit(sinks)
      rows scale(1 + 0.01 * i)
      outputs ${combine === 'merge' ? 'out, lse' : 'out'}
      let near = attend(q, k, v, mask: causal & window(keys: 9))
      let odd = attend(q, k, v, mask: causal & i mod 2 == 1 & j mod 3 == head)
      let far = attend(q, k, v, mask: causal & stride(16))
      return ${combine}(near, odd, far)
    }`;
    const report = await run(
      text,
      ...['--nq', '21', '--nk', '70', '--device', 'reference', '--out', 'out.npy'],
    );
    expect(report).toMatchObject({ ok: true, rows: 42, rows_checked: 42 });
    expect(report.kernels).toHaveLength(3);
    expect(report.max_abs_error).toBeLessThan(1e-12);
    const { shape, data } = readNpy(readFileSync(join(folder, 'out.npy')));
    expect(shape).toEqual([1, 2, 21, combine === 'merge' ? 8 : 24]);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  it('reads and writes .npy tensors', async () => {
    // One head, two keys with equal scores: the output is the mean of the values that are seen.
    const source = 'attention a {\n  mask causal\n  heads 1\n  dim 16\n}\n';
    const zeros = new Float32Array(32);
    const values = Float32Array.from({ length: 32 }, (_, at) => (at < 16 ? 1 : 3));
    writeFileSync(join(folder, 'zeros.npy'), writeNpy('<f4', [1, 2, 16], zeros));
    writeFileSync(join(folder, 'values.npy'), writeNpy('<f4', [1, 1, 2, 16], values));
    const tensors = ['--q', 'zeros.npy', '--k', 'zeros.npy', '--v', 'values.npy', '--out', 'out.npy'];
    await run(source, '--n', '2', '--device', 'reference', ...tensors);
    const out = readNpy(readFileSync(join(folder, 'out.npy')));
    expect(out.shape).toEqual([1, 1, 2, 16]);
    expect([...out.data]).toEqual(Array.from({ length: 32 }, (_, at) => (at < 16 ? 1 : 2)));
  });

  it('gives a plain pattern the shape of the command line', async () => {
    const shape = ['--heads', '4', '--kv-heads', '2', '--dim', '32', '--dim-v', '16', '--layout', 'bnhd'];
    const report = await run('pattern p = causal\n', '--n', '20', '--device', 'reference', ...shape);
    expect(report).toMatchObject({ ok: true, heads: 4, dim: 32, dim_v: 16, rows: 80 });
  });

  it('samples rows where all of them would take long, and says so', async () => {
    const report = await run(small('causal & window(keys: 4)'), '--n', '20000', '--device', 'reference');
    expect(report.rows).toBe(40000);
    expect(report.rows_checked).toBeLessThan(40000);
    expect(report.rows_checked).toBeGreaterThan(1000);
    expect(report.ok).toBe(true);
  });

  it('prints lines for people, ok at the start of the last', async () => {
    const stdin = small('causal');
    const { stdout } = await sparsec(['run', '-', '--n', '9', '--device', 'reference'], { stdin });
    expect(stdout).toMatch(/^a: batch 1, 2 heads, 9 queries x 9 keys, dim 16, f32; /);
    expect(stdout).toMatch(/\nok: max error \S+ against float64 on all 18 rows, tolerance \S+\n$/);
  });

  it('exits with 1 where a result is not right', async () => {
    // Infinite values make rows that no tolerance covers: NaN in the result is never right.
    writeFileSync(
      join(folder, 'broken.npy'),
      writeNpy('<f4', [1, 2, 4, 16], new Float32Array(128).fill(NaN)),
    );
    const argv = ['run', '-', '--n', '4', '--device', 'reference', '--format', 'json', '--v', 'broken.npy'];
    const { code, stdout } = await sparsec(argv, { stdin: small('causal'), cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false });
    expect(code).toBe(1);
  });

  it.each([
    [['--n', '4', '--heads', '3'], '"a" has heads 2, not 3: --heads is for plain patterns'],
    [['--n', '4', '--q', 'none.npy'], 'cannot read "none.npy"'],
    [['--n', '4', '--q', 'short.npy'], '--q has the shape [3], this launch needs [1, 2, 4, 16]'],
    [['--n', '4', '--q', 'text.npy'], '"text.npy" is not a .npy file'],
  ])('refuses %j', async (argv, message) => {
    writeFileSync(join(folder, 'short.npy'), writeNpy('<f4', [3], [1, 2, 3]));
    writeFileSync(join(folder, 'text.npy'), 'no tensor');
    const result = await sparsec(['run', '-', '--device', 'reference', ...argv], {
      stdin: small('causal'),
      cwd: folder,
    });
    expect(result.stderr).toContain(message);
    expect(result).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('tolerances', () => {
  it('are relative to the largest reference in f32', () => {
    expect(toleranceFor('f32', Float64Array.of(0.5, -4)).value).toBeCloseTo(4e-5, 12);
    expect(toleranceFor('f32', Float64Array.of(0, 0)).value).toBe(0);
  });

  it('allow twice the rounding of f16, and no more than some units', () => {
    const { value } = toleranceFor('f16', Float64Array.of(1 / 3));
    expect(value).toBeGreaterThan(2 * 2 ** -14);
    expect(value).toBeLessThan(2 ** -9);
  });

  it('never let NaN or a wrong infinity pass', () => {
    expect(largestError([NaN], Float64Array.of(0))).toBe(Infinity);
    expect(largestError([0], Float64Array.of(-Infinity))).toBe(Infinity);
    expect(largestError([-Infinity], Float64Array.of(-Infinity))).toBe(0);
    expect(largestError([1, 2.5], Float64Array.of(1, 2))).toBe(0.5);
  });
});

describe('run with what cannot be used', () => {
  it('names a file that it cannot write', async () => {
    const argv = ['run', '-', '--n', '5', '--device', 'reference', '--out'];
    const missing = await sparsec([...argv, 'no-folder/out.npy'], { stdin: small('causal'), cwd: folder });
    expect(missing.stderr).toContain('cannot write "no-folder/out.npy": no such folder');
    expect(missing.code).toBe(1);
    const directory = await sparsec([...argv, '.'], { stdin: small('causal'), cwd: folder });
    expect(directory.stderr).toContain('cannot write ".": it is a directory');
    expect(directory.code).toBe(1);
  });
});
