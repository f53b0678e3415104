import { describe, expect, it } from 'vitest';
import { attendDense } from '../../../runtime/reference/attend-dense.ts';
import type { DenseProblem } from '../../../runtime/reference/attend-dense.ts';
import { layoutStrides } from '../../../runtime/reference/strides.ts';

/** Two keys, one query, one element a row: everything can be written down. */
const tiny: DenseProblem = {
  batch: 1,
  heads: 1,
  kvHeads: 1,
  nq: 1,
  nk: 2,
  dim: 1,
  dimV: 1,
  offset: 1,
  q: [2],
  k: [3, 5],
  v: [10, 20],
  isLive: () => true,
  score: { scale: 0.5 },
};

describe('attendDense', () => {
  it('is the softmax of the scaled products', () => {
    const { out, lse } = attendDense(tiny);
    const [a, b] = [Math.exp(3), Math.exp(5)];
    expect(out[0]).toBeCloseTo((10 * a + 20 * b) / (a + b), 12);
    expect(lse[0]).toBeCloseTo(Math.log(a + b), 12);
  });

  it('reads nothing of dead keys', () => {
    const { out, lse } = attendDense({
      ...tiny,
      k: [3, NaN],
      v: [10, NaN],
      isLive: (_b, _h, _i, j) => j === 0,
    });
    expect([...out, ...lse]).toEqual([10, 3]);
  });

  it('gives 0 and -infinity to rows without keys, with a sink too', () => {
    const { out, lse } = attendDense({ ...tiny, isLive: () => false, score: { scale: 1, sink: () => 3 } });
    expect([...out, ...lse]).toEqual([0, -Infinity]);
  });

  it('adds a sink to the denominator, not to lse', () => {
    const { out, lse } = attendDense({ ...tiny, score: { scale: 0.5, sink: () => 4 } });
    const [a, b] = [Math.exp(3), Math.exp(5)];
    expect(out[0]).toBeCloseTo((10 * a + 20 * b) / (a + b + Math.exp(4)), 12);
    expect(lse[0]).toBeCloseTo(Math.log(a + b), 12);
  });

  it('takes the steps of the score in order: scale, row scale, cap, slope, bias', () => {
    const score = {
      scale: 0.5,
      rowScale: (i: number) => 1 + i,
      softcap: 7,
      slope: () => 0.25,
      keyBias: (_b: number, _h: number, j: number) => j * 0.1,
    };
    const { lse } = attendDense({ ...tiny, score });
    // The query stands at position 1, so its row scale is 2.
    const first = 7 * Math.tanh((3 * 2) / 7) - 0.25;
    const second = 7 * Math.tanh((5 * 2) / 7) + 0.1;
    expect(lse[0]).toBeCloseTo(Math.log(Math.exp(first) + Math.exp(second)), 12);
  });

  it('adds a bias of the pair behind all else, and multiplies the denominator, sink included', () => {
    const score = {
      scale: 0.5,
      bias: (_b: number, _h: number, i: number, j: number) => (i === 1 ? 2 - 3 * j : NaN),
      sink: () => 1,
      denominatorScale: (_b: number, _h: number, i: number) => (i === 1 ? 4 : NaN),
    };
    const { out, lse } = attendDense({ ...tiny, score });
    const [a, b] = [Math.exp(3 + 2), Math.exp(5 - 1)];
    expect(out[0]).toBeCloseTo((10 * a + 20 * b) / (4 * (a + b + Math.E)), 12);
    expect(lse[0]).toBeCloseTo(Math.log(a + b), 12);
  });

  it('stays finite for logits that exp cannot take', () => {
    const { out, lse } = attendDense({ ...tiny, q: [2000] });
    expect([...out, ...lse]).toEqual([20, 5000]);
  });

  it('groups heads and follows strides', () => {
    const heads = 4;
    const kvHeads = 2;
    const v = Float64Array.from({ length: 2 * 3 * kvHeads }, (_, at) => at);
    const { out } = attendDense({
      ...tiny,
      batch: 2,
      heads,
      kvHeads,
      nq: 1,
      nk: 3,
      q: new Float64Array(2 * heads),
      k: new Float64Array(2 * 3 * kvHeads),
      v,
      strides: {
        q: layoutStrides('bnhd', heads, 1, 1),
        k: layoutStrides('bnhd', kvHeads, 3, 1),
        v: layoutStrides('bnhd', kvHeads, 3, 1),
      },
      isLive: (_b, _h, _i, j) => j === 2,
    });
    // bnhd: element (b, j, h) lies at b * 6 + j * 2 + h.
    expect([...out]).toEqual([4, 4, 5, 5, 10, 10, 11, 11]);
  });
});
