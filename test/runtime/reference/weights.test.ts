import { describe, expect, it } from 'vitest';
import { attendBranches } from '../../../runtime/reference/attend-branches.ts';
import type { BranchedProblem } from '../../../runtime/reference/attend-branches.ts';
import { erfc } from '../../../runtime/reference/error-function.ts';
import { weighingErrors } from '../../../runtime/reference/weighing-error.ts';
import { weightOf } from '../../../runtime/reference/weight-functions.ts';
import { Random } from '../../fuzz/random.ts';

describe('erfc', () => {
  // Digits of the C library.
  it.each([
    [0, 1],
    [1e-3, 0.9988716212090307],
    [0.5, 0.4795001221869534],
    [1, 0.15729920705028513],
    [1.75, 0.013328328780817555],
    [2, 0.004677734981047266],
    [3, 2.209049699858544e-5],
    [5, 1.5374597944280349e-12],
    [10, 2.088487583762545e-45],
    [26, 5.663192408856143e-296],
    [-1, 1.8427007929497148],
    [-4, 1.9999999845827421],
  ])('of %d', (x, value) => expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-14));

  it('goes on from one formula to the other', () => {
    expect(Math.abs(erfc(1.5 - 1e-12) / erfc(1.5) - 1)).toBeLessThan(1e-11);
  });

  it('ends in 0 and 2, and is nothing of nothing', () => {
    expect([erfc(Infinity), erfc(40), erfc(-Infinity), erfc(-40), erfc(NaN)]).toEqual([0, 0, 2, 2, NaN]);
  });
});

describe('weights', () => {
  it('are those of the formulas', () => {
    const scores = [-2, 0, 0.5, 3];
    expect(scores.map((s) => weightOf('relu', s))).toEqual([0, 0, 0.5, 3]);
    expect(scores.map((s) => weightOf('relu2', s))).toEqual([0, 0, 0.25, 9]);
    expect(scores.map((s) => weightOf('none', s))).toEqual(scores);
    // The logistic function, and the distribution function of a normal variable, as tables have them.
    expect(weightOf('sigmoid', 2)).toBeCloseTo(0.8807970779778823, 15);
    expect(weightOf('sigmoid', -800)).toBe(0);
    const mean = Math.SQRT1_2;
    const deviation = 0.28209479177387814;
    expect(weightOf('laplace', mean)).toBeCloseTo(0.5, 15);
    expect(weightOf('laplace', mean + deviation)).toBeCloseTo(0.8413447460685429, 14);
    expect(weightOf('laplace', mean - 3 * deviation)).toBeCloseTo(0.0013498980316300933, 15);
    // What Mega says of it: it follows the square of relu, in value and slope, at sqrt 1/2.
    const slope = (weightOf('laplace', mean + 1e-5) - weightOf('laplace', mean - 1e-5)) / 2e-5;
    expect(slope).toBeCloseTo(2 * mean, 6);
  });

  it('are summed up without a denominator; rows without keys are 0 and dead values are not read', () => {
    const problem: BranchedProblem = {
      ...{ batch: 1, heads: 1, kvHeads: 1, nq: 2, nk: 3, dim: 1, dimV: 1, offset: 0 },
      ...{ q: [1, 5], k: [2, -4, NaN], v: [10, 100, NaN] },
      score: { scale: 0.5, weights: 'none' },
      combine: 'concat',
      branches: [(_b, _h, i, j) => i === 0 && j < 2, (_b, _h, _i, j) => j === 1],
    };
    const { out, lse } = attendBranches(problem);
    expect([...out]).toEqual([10 - 200, -200, 0, -1000]);
    expect(lse).toHaveLength(0);
  });
});

describe('weighingErrors', () => {
  const [n, dim, dimV] = [1500, 16, 4];
  const random = new Random(7);
  const fill = (length: number) => Float32Array.from({ length }, () => 2 * random.unit() - 1);
  const problem = (weights: 'relu' | 'laplace' | 'none'): BranchedProblem => ({
    ...{ batch: 1, heads: 1, kvHeads: 1, nq: 1, nk: n, dim, dimV, offset: 0 },
    ...{ q: fill(dim), k: fill(n * dim), v: fill(n * dimV) },
    score: { scale: 0.25, weights },
    combine: 'single',
    branches: [() => true],
  });

  const dot = ({ q, k }: BranchedProblem, j: number): number => {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += q[d] * k[j * dim + d];
    return sum;
  };

  it.each(['relu', 'laplace', 'none'] as const)(
    'are above what f32 does, and below a pair: %s',
    (weights) => {
      const given = problem(weights);
      const { out } = attendBranches(given);
      const errors = weighingErrors(given, weights, 'f32');
      const { q, k, v } = given;
      const own = new Float32Array(dimV);
      for (let j = 0; j < n; j++) {
        let s = 0;
        for (let d = 0; d < dim; d++) s = Math.fround(s + Math.fround(q[d] * k[j * dim + d]));
        const p = Math.fround(weightOf(weights, Math.fround(s * 0.25)));
        for (let d = 0; d < dimV; d++) own[d] += Math.fround(p * v[j * dimV + d]);
      }
      const share = (found: ArrayLike<number>) =>
        Math.max(...Array.from(found, (value, d) => Math.abs(value - out[d]) / errors[d]));
      expect(share(own)).toBeLessThan(1);
      // One of 1500 pairs is left out; the scale is 1 in 125 too large.
      const seen = (j: number): boolean =>
        weightOf(weights, 0.25 * dot(given, j)) > { relu: 0.1, none: 0.1, laplace: 0.006 }[weights];
      const one = Array.from({ length: n }, (_, j) => j).findIndex(seen);
      const without = attendBranches({ ...given, branches: [(_b, _h, _i, j) => j !== one] });
      expect(share(without.out)).toBeGreaterThan(1);
      const wrong = attendBranches({ ...given, score: { scale: 0.252, weights } });
      expect(share(wrong.out)).toBeGreaterThan(1);
    },
  );

  it.each(['relu', 'laplace'] as const)('leave out keys whose score is minus infinity: %s', (weights) => {
    const given = problem(weights);
    const change = (s: number, _b: number, _h: number, _i: number, j: number) =>
      j % 2 === 0 ? s : -Infinity;
    const errors = weighingErrors({ ...given, score: { ...given.score, change } }, weights, 'f32');
    const half = weighingErrors({ ...given, branches: [(_b, _h, _i, j) => j % 2 === 0] }, weights, 'f32');
    errors.forEach((error, d) => {
      expect(error).toBeGreaterThanOrEqual(half[d]);
      expect(error).toBeLessThan(2 * half[d]);
    });
  });

  it('count the rounding of stored weights', () => {
    const given = problem('relu');
    const [f32, f16, bf16] = (['f32', 'f16', 'bf16'] as const).map(
      (dtype) => weighingErrors(given, 'relu', dtype)[0],
    );
    expect(f16 / f32).toBeGreaterThan(2);
    expect(bf16 / f16).toBeGreaterThan(4);
  });
});
