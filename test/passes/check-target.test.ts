import { describe, expect, it } from 'vitest';
import { compile, targets } from '../../compiler/index.ts';
import type { TargetTable } from '../../compiler/index.ts';

const source = (dim: number) => ({
  name: 'a.sa',
  text: `attention a { mask causal heads 1 dim ${dim} }`,
});

describe('checkTarget', () => {
  it('finds a layout of every shipped target for every head dimension up to the limit', () => {
    for (let dim = 4; dim <= 256; dim += 4) {
      const { ok, units } = compile(source(dim), { until: 'plan' });
      expect(ok).toBe(true);
      expect(units[0].kernelPlan?.passes[0].kernels.map(({ target }) => target)).toEqual([
        'gpu',
        'gpu',
        'software',
        'software',
      ]);
    }
  });

  it("refuses a head dimension that a caller's target cannot hold, without an exception", () => {
    const narrow: TargetTable = { ...targets[0], workgroupBytes: 512 };
    const { ok, diagnostics } = compile(source(116), { targets: [narrow] });
    expect(ok).toBe(false);
    expect(diagnostics.map(({ name, message }) => [name, message])).toEqual([
      [
        'head-dim-not-served',
        'The kernels of "a" cannot be made: no tiled layout of target "gpu" fits dim 116 and dim_v 116.',
      ],
    ]);
  });

  it('refuses a target without layouts for any number of queries', () => {
    const { ok, diagnostics } = compile(source(64), { targets: [{ ...targets[0], tiled: [] }] });
    expect(ok).toBe(false);
    expect(diagnostics[0].message).toContain('no tiled layout of target "gpu" fits dim 64');
  });

  const spread = (dim: number) => ({
    name: 'a.sa',
    text: `attention a { mask causal & (stride(64) | powers_of_two()) heads 1 dim ${dim} }`,
  });

  it('plans what workgroup storage has room for, or refuses it', () => {
    const found = new Set<string>();
    for (let workgroupBytes = 1500; workgroupBytes <= 16384; workgroupBytes += 900) {
      const { ok, diagnostics, units } = compile(spread(252), {
        targets: targets.map((target) => ({ ...target, workgroupBytes })),
        planFor: { nq: 256, nk: 256 },
        verify: true,
      });
      if (!ok) {
        expect(diagnostics.map(({ name }) => name)).toEqual(['head-dim-not-served']);
        found.add('refused');
        continue;
      }
      const [{ kernelPlan, schedule }] = units;
      const kernels = kernelPlan!.passes.flatMap((pass) => pass.kernels);
      expect(Math.max(...kernels.map((kernel) => kernel.workgroupBytes))).toBeLessThanOrEqual(workgroupBytes);
      const isTight = schedule!.alternatives.some(({ reason }) => reason.startsWith('not planned: no tile'));
      found.add(isTight ? 'tight' : 'planned');
    }
    expect([...found].sort()).toEqual(['planned', 'refused', 'tight']);
  });

  it('says which layouts a target has no room for', () => {
    const { units } = compile(spread(64), {
      targets: [{ ...targets[0], diagonal: [] }],
      planFor: { nq: 512, nk: 512 },
    });
    const reasons = units[0].schedule!.alternatives.map(({ name, reason }) => `${name}: ${reason}`);
    expect(reasons).toContain(
      'diagonals: not planned: no tile of "gpu" has room for it at dim 64; smaller tiles or more workgroup storage would',
    );
    expect(units[0].schedule!.passes.map(({ strategy }) => strategy)).not.toContain('diagonal');
  });

  it('refuses for CUDA what tensor cores have not', () => {
    const refusal = (fields: string) => {
      const text = `attention a { mask causal heads 1 ${fields} }`;
      const { diagnostics, units } = compile({ name: 'a.sa', text }, { target: 'cuda' });
      expect(units).toEqual([]);
      return diagnostics.map(({ code, message }) => `${code} ${message}`);
    };
    expect(refusal('dtype f32')).toEqual([
      'SA0703 The kernels of "a" cannot be made: dtype f32 is none of CUDA\'s f16 and bf16.',
    ]);
    expect(refusal('dtype bf16 dim 72 dim_v 64')).toEqual([
      'SA0702 The kernels of "a" cannot be made: dim must be a multiple of 16 for CUDA, and is 72.',
    ]);
  });

  it('serves every multiple of 16 up to the limit on CUDA', () => {
    for (let dim = 16; dim <= 256; dim += 16) {
      for (const dimV of [16, dim, 256]) {
        const text = `attention a { mask causal heads 1 dtype bf16 dim ${dim} dim_v ${dimV} }`;
        const { units, diagnostics } = compile({ name: 'a.sa', text }, { target: 'cuda', verify: true });
        expect(diagnostics).toEqual([]);
        expect(units[0].cuda?.passes[0].kernels.map(({ family }) => family)).toContain('sm_80');
      }
    }
  });
});
