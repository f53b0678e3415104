import type { AttentionModel } from '../descriptor.ts';
import type { WeightFunction } from '../score.ts';
import { sideBySide } from './attend-branches.ts';
import type { BranchedProblem } from './attend-branches.ts';
import { pairLogit, stridesOf } from './attend-dense.ts';
import type { DenseProblem, Problem } from './attend-dense.ts';
import { weightOf } from './weight-functions.ts';

/** Twice the rounding of f32: tensor cores cut off where others round. */
const single = 2 ** -23;

/** Rounding to a type: relative, and what is lost where numbers are too small to be normal. */
const rounding: Readonly<Record<AttentionModel['dtype'], { readonly unit: number; readonly least: number }>> =
  {
    f32: { unit: 2 ** -24, least: 2 ** -120 },
    f16: { unit: 2 ** -11, least: 2 ** -25 },
    bf16: { unit: 2 ** -8, least: 2 ** -120 },
  };

/**
 * How far kernels may be from the float64 reference where an attention has no softmax, for every element of out, laid out
 * as attendBranches does. Sums of weights have no bound of their own there, and may cancel, so that this is made of what
 * is added up. With S_j the sum of the magnitudes that the score of key j is made of and u the rounding of f32 it is the
 * sum of
 *
 * - the scores, u sqrt(dim) S_j, times the slope |p'(s_j)| and |v_j|;
 * - the evaluation of p: that of e^x is exact to 3 + 2 |x| units (WGSL specification, section 15.7.4), `laplace` to 1.2e-7;
 * - the rounding of weights to the stored type, as tensor cores take them;
 * - the sum over keys, u sqrt(n) times the sum of |p_j v_j|;
 * - the rounding of out to the stored type.
 *
 * Rounding errors of a sum are independent enough that they grow with the square root of its length: six deviations are
 * allowed, and never more than the worst case (Higham & Mary, A new approach to probabilistic rounding error analysis,
 * 2019). The weights of an attention whose score amplifies (a square of s) may be off by more.
 */
export function weighingErrors(
  { combine, branches, ...problem }: BranchedProblem,
  weights: WeightFunction,
  dtype: AttentionModel['dtype'],
): Float64Array {
  const parts = branches.map((isLive) => errorsOf({ ...problem, isLive }, weights, dtype));
  return combine === 'concat' ? sideBySide(parts, problem.dimV).out : parts[0];
}

function errorsOf(
  { isLive, ...problem }: DenseProblem,
  weights: WeightFunction,
  dtype: AttentionModel['dtype'],
): Float64Array {
  const { batch, heads, nq, nk, dimV, offset } = problem;
  const errors = new Float64Array(batch * heads * nq * dimV);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let row = 0; row < nq; row++) {
        const at = ((b * heads + h) * nq + row) * dimV;
        const live: number[] = [];
        for (let j = 0; j < nk; j++) if (isLive(b, h, row + offset, j)) live.push(j);
        errors.set(errorsOfRow(problem, weights, dtype, { b, h, row, live }), at);
      }
    }
  }
  return errors;
}

interface Row {
  readonly b: number;
  readonly h: number;
  readonly row: number;
  readonly live: readonly number[];
}

function errorsOfRow(
  problem: Problem,
  weights: WeightFunction,
  dtype: AttentionModel['dtype'],
  { b, h, row, live }: Row,
): Float64Array {
  const { heads, kvHeads, dim, dimV, v } = problem;
  const { unit, least } = rounding[dtype];
  const stride = stridesOf(problem).v;
  const first = b * stride.batch + Math.floor(h / (heads / kvHeads)) * stride.head;
  const pairs = live.map((j) => {
    const s = pairLogit(problem, b, h, row, j);
    const p = weightOf(weights, s);
    const at = first + j * stride.row;
    // A score of minus infinity, as a `score` may make it, is no sum that could round: its weight is 0.
    if (p === 0 && !Number.isFinite(s)) return { p, at, same: 0, score: 0 };
    const slope = single * slopeOf(weights, s);
    return {
      p,
      at,
      // The rounding of the scale and the evaluation of p go the same way in every pair.
      same: slope * (2 * Math.abs(s) + 1) + single * unitsOf(weights, s) * Math.abs(p),
      score: slope * scoreParts(problem, b, h, row, j, s),
    };
  });
  return Float64Array.from({ length: dimV }, (_, d) => {
    let [out, total, squares, same, scores, scoreSquares, size, sizes] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (const pair of pairs) {
      const value = Math.abs(v[pair.at + d]);
      out += pair.p * v[pair.at + d];
      total += Math.abs(pair.p) * value;
      squares += (pair.p * value) ** 2;
      same += pair.same * value;
      scores += pair.score * value;
      scoreSquares += (pair.score * value) ** 2;
      size += value;
      sizes += value * value;
    }
    const stored =
      unit * Math.min(total, 6 * Math.sqrt(squares)) + least * Math.min(size, 6 * Math.sqrt(sizes));
    const scored = Math.min((dim + 4) * scores, 6 * Math.sqrt((dim + 4) * scoreSquares));
    return same + scored + stored + growth(live.length + 2) * single * total + unit * Math.abs(out) + least;
  });
}

/** How much rounding errors of a sum of so many numbers grow. */
function growth(count: number): number {
  return Math.min(count, 6 * Math.sqrt(count));
}

/** The magnitudes that a score is made of: its products, and what was added to them. */
function scoreParts(problem: Problem, b: number, h: number, row: number, j: number, s: number): number {
  const { heads, kvHeads, dim, q, k, score, offset } = problem;
  const strides = stridesOf(problem);
  const qBase = b * strides.q.batch + h * strides.q.head + row * strides.q.row;
  const kBase = b * strides.k.batch + Math.floor(h / (heads / kvHeads)) * strides.k.head + j * strides.k.row;
  let products = 0;
  for (let d = 0; d < dim; d++) products += Math.abs(q[qBase + d] * k[kBase + d]);
  const factor = Math.abs(score.scale * (score.rowScale?.(row + offset) ?? 1));
  return products * factor + Math.abs(s) + 1;
}

/** A bound of |p'| around s. */
function slopeOf(weights: WeightFunction, s: number): number {
  switch (weights) {
    case 'relu':
    case 'none':
      return 1;
    case 'relu2':
      return 2 * Math.max(s, 0) + 1e-6;
    case 'laplace':
      // The density: 1 / (sigma sqrt(2 pi)) = sqrt 2 at its top.
      return Math.SQRT2 * Math.exp(-2 * Math.PI * (s - Math.sqrt(1 / 2)) ** 2);
    case 'sigmoid':
      return weightOf('sigmoid', s) * weightOf('sigmoid', -s);
  }
}

/** Units in the last place that the evaluation of p may lose. */
function unitsOf(weights: WeightFunction, s: number): number {
  switch (weights) {
    case 'relu':
    case 'none':
      return 0;
    case 'relu2':
      return 1;
    case 'laplace':
      // e^x for x = -z^2 and the polynomial, between -1.3 and 1.
      return 16 + 3 * Math.min(2 * Math.PI * (s - Math.sqrt(1 / 2)) ** 2, 100);
    case 'sigmoid':
      return 8 + 2 * Math.min(Math.abs(s), 90);
  }
}
