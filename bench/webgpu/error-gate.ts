import { keysOfRow } from './scenarios.ts';
import type { MaskName, Scenario } from './scenarios.ts';

/** Tensors as [n, heads, dim], the order of the peers. */
export interface Inputs {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

/** The same pseudo-random numbers for every library, in [-0.5, 0.5). */
export function makeInputs({ n, heads, dim }: Scenario): Inputs {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const fill = () => Float32Array.from({ length: n * heads * dim }, next);
  return { q: fill(), k: fill(), v: fill() };
}

/**
 * The largest error of a few rows, relative to the largest magnitude, against float64. `out` is [n, heads, dim].
 */
export function relativeError(
  out: Float32Array,
  { q, k, v }: Inputs,
  mask: MaskName,
  scenario: Scenario,
): number {
  const { n, heads, dim } = scenario;
  let [error, magnitude] = [0, 0];
  for (const head of new Set([0, 1 % heads, heads - 1])) {
    for (const row of new Set([0, Math.floor(n / 3), n - 1])) {
      const [begin, end] = keysOfRow(mask, row, scenario);
      const query = (row * heads + head) * dim;
      const logits = Array.from({ length: end - begin }, (_, at) => {
        const key = ((begin + at) * heads + head) * dim;
        let sum = 0;
        for (let d = 0; d < dim; d++) sum += q[query + d] * k[key + d];
        return sum / Math.sqrt(dim);
      });
      const largest = Math.max(...logits);
      const weights = logits.map((logit) => Math.exp(logit - largest));
      const total = weights.reduce((a, b) => a + b, 0);
      for (let d = 0; d < dim; d++) {
        const value =
          weights.reduce((sum, weight, at) => sum + weight * v[((begin + at) * heads + head) * dim + d], 0) /
          total;
        magnitude = Math.max(magnitude, Math.abs(value));
        const difference = Math.abs(value - out[query + d]);
        error = Number.isNaN(difference) ? Infinity : Math.max(error, difference);
      }
    }
  }
  return error / magnitude;
}

/** Float32 attention of this size is right to about a millionth. */
export const errorLimit = 1e-4;
