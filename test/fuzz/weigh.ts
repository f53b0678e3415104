import type { WeightFunction } from '../../runtime/score.ts';
import type { BranchedProblem } from '../../runtime/reference/attend-branches.ts';
import { pairLogit } from '../../runtime/reference/attend-dense.ts';
import type { Random } from './random.ts';

/** The words behind `normalize` that random specifications have; no softmax. */
export const weightNames: readonly WeightFunction[] = ['relu', 'relu2', 'laplace', 'sigmoid', 'none'];

/** Mostly a softmax, null. */
export function generateWeights(random: Random): WeightFunction | null {
  return random.chance(0.15) ? random.pick(weightNames) : null;
}

/** The formulas of the language page. */
const formulas: Readonly<Record<WeightFunction, (s: number) => number>> = {
  relu: (s) => (s > 0 ? s : 0),
  relu2: (s) => (s > 0 ? s * s : 0),
  laplace: (s) => normal((s - Math.SQRT1_2) * Math.sqrt(4 * Math.PI)),
  sigmoid: (s) => (1 + Math.tanh(s / 2)) / 2,
  none: (s) => s,
};

/** The distribution function of the normal distribution: its density, integrated over panels by three points of Gauss. */
function normal(x: number): number {
  if (x > 0) return 1 - normal(-x);
  const [panels, end] = [200, 9];
  const width = end / panels;
  let sum = 0;
  for (let panel = 0; panel < panels; panel++) {
    for (const at of [-1, 0, 1]) {
      const t = x - width * (panel + 0.5 + (at * Math.sqrt(0.6)) / 2);
      sum += (at === 0 ? 8 : 5) * Math.exp((-t * t) / 2);
    }
  }
  return (sum * width) / 18 / Math.sqrt(2 * Math.PI);
}

/** The sums of weights times values, by these formulas. */
export function weighRows(problem: BranchedProblem, weights: WeightFunction): Float64Array {
  const { batch, heads, kvHeads, nq, nk, dimV, v, offset, branches } = problem;
  const width = branches.length * dimV;
  const out = new Float64Array(batch * heads * nq * width);
  for (let grid = 0; grid < batch * heads; grid++) {
    const [b, h] = [Math.floor(grid / heads), grid % heads];
    const first = (b * kvHeads + Math.floor(h / (heads / kvHeads))) * nk;
    for (let row = 0; row < nq; row++) {
      for (const [branch, isLive] of branches.entries()) {
        for (let j = 0; j < nk; j++) {
          if (!isLive(b, h, row + offset, j)) continue;
          const weight = formulas[weights](pairLogit(problem, b, h, row, j));
          const to = (grid * nq + row) * width + branch * dimV;
          for (let d = 0; d < dimV; d++) out[to + d] += weight * v[(first + j) * dimV + d];
        }
      }
    }
  }
  return out;
}
