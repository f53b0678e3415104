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
});
