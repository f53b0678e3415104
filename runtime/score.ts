import type { MaskProgram } from './mask/program/nodes.ts';

/**
 * From q.k to the logit, in this order:
 *   s = (q.k) * scale * rowScale[i];  s = softcap * tanh(s / softcap);  s += -slope[head] * |i - j| + keyBias[..., j];
 *   s += every one of `biases`;  s = `change` of s.
 * Then softmax over the live keys; `sink` adds exp(sink[head]) to the denominator only, and `denominatorScale` multiplies
 * the denominator, sink included; lse is that of the scores alone.
 * Null, or no entry, leaves a step out.
 *
 * With `weights` there is no softmax: out_i = sum over live j of p(s_ij) v_j, without a denominator, and so without sink,
 * denominatorScale, lse and `merge`.
 */
export interface ScoreDescriptor {
  /** A number (default 1 / sqrt(dim)) or the name of a launch parameter of type real. */
  readonly scale: number | string;
  readonly softcap: number | null;
  /** Name of a real array over heads, declared as input or derived. */
  readonly slopes: string | null;
  /** Name of a real array over [batch?, heads?, nk]. */
  readonly keyBias: string | null;
  /** Name of a derived real table over `query`. */
  readonly rowScale: string | null;
  /** Name of a real array over heads: a logit that joins the denominator. */
  readonly sink: string | null;
  /** Over query, key, head and batch. */
  readonly biases: readonly RealReading[];
  /** Over query, head and batch. */
  readonly denominatorScale: RealReading | null;
  /**
   * What the field `score` makes of s: a real program over query, key, head, batch, the leaf `score` and symbols. An element
   * outside of a real array is 0. A result of {@link noScore} or less weighs nothing.
   */
  readonly change?: MaskProgram;
  /** How a score becomes a weight; left out for softmax. */
  readonly weights?: WeightFunction;
}

/**
 * The weight p of a pair from its score s alone:
 * - `relu` max(s, 0); `relu2` max(s, 0)^2 (Primer, arXiv:2109.08668);
 * - `laplace` (1 + erf((s - mu) / (sigma sqrt 2))) / 2 with mu = sqrt(1/2), sigma = sqrt(1/(4 pi)): relu2 in a smooth form
 *   that is at most 1 (Mega, arXiv:2209.10655, section 3.4);
 * - `sigmoid` 1 / (1 + e^-s) (arXiv:2409.04431);
 * - `none` s, so that out is linear in the scores.
 */
export type WeightFunction = 'relu' | 'relu2' | 'laplace' | 'sigmoid' | 'none';

/**
 * A changed score at or below this counts as -infinity: its pair weighs nothing, and a row of such scores is one without
 * keys. It is below all sums of scores that mean something, and -1e38 in units of log 2, where kernels begin a maximum.
 */
export const noScore = -1e38 * Math.LN2;

/** An element of a real array, 0 outside of it; each index is an integer program of the mask language. */
export interface RealReading {
  readonly array: string;
  readonly indices: readonly MaskProgram[];
}
