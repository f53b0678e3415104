import { describe, expect, it } from 'vitest';
import { attendBranches } from '../../../runtime/reference/attend-branches.ts';
import type { BranchedProblem } from '../../../runtime/reference/attend-branches.ts';
import { attendDense } from '../../../runtime/reference/attend-dense.ts';
import { Random } from '../../fuzz/random.ts';

const random = new Random(5);
const numbers = (length: number): Float64Array => Float64Array.from({ length }, () => 2 * random.unit() - 1);
const shape = { batch: 2, heads: 2, kvHeads: 1, nq: 3, nk: 5, dim: 4, dimV: 2, offset: 1 };
const tensors = { q: numbers(2 * 2 * 3 * 4), k: numbers(2 * 5 * 4), v: numbers(2 * 5 * 2) };
const score = { scale: 0.7, sink: (head: number) => head - 1 };

/** The second sees nothing for the query at 1, the third what the first and second do. */
const branches: BranchedProblem['branches'] = [
  (_b, _h, i, j) => j <= i,
  (_b, h, i, j) => i > 1 && (i + j + h) % 2 === 0,
  (_b, h, i, j) => j <= i || (i > 1 && (i + j + h) % 2 === 0),
];

describe('attendBranches', () => {
  const problem = { ...shape, ...tensors, score };
  const parts = branches.map((isLive) => attendDense({ ...problem, isLive }));
  const withoutSink = branches.map((isLive) => attendDense({ ...problem, score: { scale: 0.7 }, isLive }));

  it('merges by log-sum-exp: sum of e^lse out over sum of e^lse, and once the sink', () => {
    const { out, lse } = attendBranches({ ...problem, combine: 'merge', branches });
    lse.forEach((found, row) => {
      const weights = withoutSink.map((part) => Math.exp(part.lse[row]));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      expect(found).toBeCloseTo(Math.log(total), 12);
      const head = Math.floor(row / 3) % 2;
      for (let d = 0; d < 2; d++) {
        const sum = weights.reduce((s, weight, at) => s + weight * withoutSink[at].out[row * 2 + d], 0);
        expect(out[row * 2 + d]).toBeCloseTo(sum / (total + Math.exp(head - 1)), 12);
      }
    });
  });

  it('counts a pair once for every branch that holds it', () => {
    const twice = attendBranches({ ...problem, combine: 'merge', branches: [branches[0], branches[0]] });
    twice.lse.forEach((found, row) => expect(found).toBeCloseTo(parts[0].lse[row] + Math.log(2), 12));
    const once = attendBranches({ ...problem, combine: 'merge', branches: [branches[0]] });
    expect(once).toEqual(parts[0]);
  });

  it('sets outputs side by side, without an lse', () => {
    const { out, lse } = attendBranches({ ...problem, combine: 'concat', branches });
    expect(lse).toHaveLength(0);
    for (let row = 0; row < 2 * 2 * 3; row++) {
      const expected = parts.flatMap((part) => [...part.out.subarray(row * 2, row * 2 + 2)]);
      expect([...out.subarray(row * 6, row * 6 + 6)]).toEqual(expected);
    }
  });

  it('is attendDense of a single branch', () => {
    expect(attendBranches({ ...problem, combine: 'single', branches: [branches[1]] })).toEqual(parts[1]);
  });
});
