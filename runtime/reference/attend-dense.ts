import type { WeightFunction } from '../score.ts';
import { layoutStrides } from './strides.ts';
import type { Strides } from './strides.ts';
import { weightOf } from './weight-functions.ts';

/** Sizes and tensors of one attention, in host memory; see {@link attendDense}. */
export interface DenseProblem {
  readonly batch: number;
  readonly heads: number;
  /** Divides heads; query head h reads key and value head h div (heads / kvHeads). */
  readonly kvHeads: number;
  readonly nq: number;
  readonly nk: number;
  /** Elements of a row of q and k. */
  readonly dim: number;
  /** Elements of a row of v and out. */
  readonly dimV: number;
  /** Position of query row 0: row r stands at i = r + offset. */
  readonly offset: number;
  readonly q: ArrayLike<number>;
  readonly k: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  /** Elements between neighbours; dense [batch, heads, n, dim] where left out. */
  readonly strides?: { readonly q: Strides; readonly k: Strides; readonly v: Strides };
  /** Whether the query at *position* i attends to the key at position j. */
  readonly isLive: (batch: number, head: number, i: number, j: number) => boolean;
  readonly score: DenseScore;
}

/** A problem without its mask. */
export type Problem = Omit<DenseProblem, 'isLive'>;

/** The score steps with their arrays as functions; what is absent is left out. */
export interface DenseScore {
  readonly scale: number;
  readonly rowScale?: (i: number) => number;
  readonly softcap?: number | null;
  readonly slope?: (head: number) => number;
  readonly keyBias?: (batch: number, head: number, j: number) => number;
  readonly sink?: (head: number) => number;
  /** What is added to the score of the query at position i and the key at position j. */
  readonly bias?: (batch: number, head: number, i: number, j: number) => number;
  /** What becomes of the score when all other steps are done; -infinity weighs nothing. */
  readonly change?: (s: number, batch: number, head: number, i: number, j: number) => number;
  readonly denominatorScale?: (batch: number, head: number, i: number) => number;
  /** Softmax where left out; sink and denominatorScale are of a softmax only. */
  readonly weights?: WeightFunction;
}

export interface AttentionResult {
  /** [batch, heads, nq, dimV], dense. */
  readonly out: Float64Array;
  /**
   * [batch, heads, nq]: log of the sum of exp(logit) over the live keys, without the sink; natural logarithm. Empty where
   * there is no one softmax.
   */
  readonly lse: Float64Array;
}

/**
 * The meaning of an attention: every pair of every row, one after another, in float64.
 *
 *   s_ij   = (q_i . k_j) * scale * rowScale(i);  s = softcap * tanh(s / softcap);  s += -slope(head) |i - j| + keyBias(j)
 *            + bias(i, j);  s = change(s, i, j)
 *   lse_i  = log sum over live j of exp(s_ij)
 *   out_i  = sum over live j of exp(s_ij) v_j / ((exp(lse_i) + exp(sink(head))) * denominatorScale(i))
 *
 * and with weights p: out_i = sum over live j of p(s_ij) v_j.
 *
 * A row without live keys, or whose scores are all -infinity, has out 0 and lse -infinity, with or without a sink. Dead
 * keys are not read at all, so whatever they hold (NaN, infinities) has no influence.
 */
export function attendDense({ isLive, ...problem }: DenseProblem): AttentionResult {
  return attendRows(problem, (b, h, i) => {
    const live: number[] = [];
    for (let j = 0; j < problem.nk; j++) if (isLive(b, h, i, j)) live.push(j);
    return live;
  });
}

/** The same over lists: `keysOf` gives the keys of the query at *position* i; one that stands twice counts twice. */
export function attendRows(
  problem: Problem,
  keysOf: (batch: number, head: number, i: number) => readonly number[],
): AttentionResult {
  const { batch, heads, nq, dimV, offset } = problem;
  const out = new Float64Array(batch * heads * nq * dimV);
  const { weights } = problem.score;
  const lse = new Float64Array(weights === undefined ? batch * heads * nq : 0);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let row = 0; row < nq; row++) {
        const at = (b * heads + h) * nq + row;
        const live = keysOf(b, h, row + offset);
        const own = out.subarray(at * dimV, (at + 1) * dimV);
        if (weights !== undefined) weighRow(problem, weights, b, h, row, live, own);
        else lse[at] = attendRow(problem, b, h, row, live, own);
      }
    }
  }
  return { out, lse };
}

/** One row: writes out, returns lse. */
function attendRow(
  problem: Problem,
  b: number,
  h: number,
  row: number,
  live: readonly number[],
  out: Float64Array,
): number {
  const { heads, kvHeads, dimV, v, score, offset } = problem;
  const i = row + offset;
  const kvHead = Math.floor(h / (heads / kvHeads));
  if (live.length === 0) return -Infinity;

  const logits = live.map((j) => pairLogit(problem, b, h, row, j));
  const maximum = logits.reduce((a, c) => (c > a || Number.isNaN(c) ? c : a), -Infinity);
  if (maximum === -Infinity) return -Infinity;
  const weights = logits.map((logit) => Math.exp(logit - maximum));
  const sum = weights.reduce((a, c) => a + c, 0);
  const joined = sum + (score.sink ? Math.exp(score.sink(h) - maximum) : 0);
  const denominator = joined * (score.denominatorScale?.(b, h, i) ?? 1);
  const stride = stridesOf(problem).v;
  live.forEach((j, at) => {
    const base = b * stride.batch + kvHead * stride.head + j * stride.row;
    for (let d = 0; d < dimV; d++) out[d] += (weights[at] / denominator) * v[base + d];
  });
  return maximum + Math.log(sum);
}

/** One row without a denominator: adds to out. */
function weighRow(
  problem: Problem,
  weights: WeightFunction,
  b: number,
  h: number,
  row: number,
  live: readonly number[],
  out: Float64Array,
): void {
  const { heads, kvHeads, dimV, v } = problem;
  const stride = stridesOf(problem).v;
  const first = b * stride.batch + Math.floor(h / (heads / kvHeads)) * stride.head;
  for (const j of live) {
    const weight = weightOf(weights, pairLogit(problem, b, h, row, j));
    const base = first + j * stride.row;
    for (let d = 0; d < dimV; d++) out[d] += weight * v[base + d];
  }
}

/** The logit of one pair; `row` is a row of q, `j` a row of k. */
export function pairLogit(problem: Problem, b: number, h: number, row: number, j: number): number {
  const { heads, kvHeads, dim, q, k, score, offset } = problem;
  const strides = stridesOf(problem);
  const i = row + offset;
  const kvHead = Math.floor(h / (heads / kvHeads));
  const qBase = b * strides.q.batch + h * strides.q.head + row * strides.q.row;
  const kBase = b * strides.k.batch + kvHead * strides.k.head + j * strides.k.row;
  let product = 0;
  for (let d = 0; d < dim; d++) product += q[qBase + d] * k[kBase + d];
  return scoreOf(product, score, b, h, i, j);
}

/** From q.k to the logit: the steps of ScoreDescriptor in their order. */
export function scoreOf(
  product: number,
  score: DenseScore,
  b: number,
  h: number,
  i: number,
  j: number,
): number {
  let s = product * score.scale;
  if (score.rowScale) s *= score.rowScale(i);
  if (score.softcap != null) s = score.softcap * Math.tanh(s / score.softcap);
  if (score.slope) s -= score.slope(h) * Math.abs(i - j);
  if (score.keyBias) s += score.keyBias(b, h, j);
  if (score.bias) s += score.bias(b, h, i, j);
  if (score.change) s = score.change(s, b, h, i, j);
  return s;
}

/** The strides of a problem, or those of dense [batch, heads, n, dim] tensors. */
export function stridesOf(problem: Problem): { q: Strides; k: Strides; v: Strides } {
  const { strides, heads, kvHeads, nq, nk, dim, dimV } = problem;
  if (strides !== undefined) return strides;
  return {
    q: layoutStrides('bhnd', heads, nq, dim),
    k: layoutStrides('bhnd', kvHeads, nk, dim),
    v: layoutStrides('bhnd', kvHeads, nk, dimV),
  };
}
