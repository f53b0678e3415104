import type { AttentionModel } from '../../../runtime/descriptor.ts';

/** The window attention of ./window-fixture.ts in float64, from its definition; bhnd, n = nq = nk unless offset. */
export function windowReference(
  { heads, kvHeads, dim, dimV }: AttentionModel,
  sizes: { readonly batch: number; readonly nq: number; readonly nk: number; readonly w: number },
  tensors: { readonly q: ArrayLike<number>; readonly k: ArrayLike<number>; readonly v: ArrayLike<number> },
): { readonly out: Float64Array; readonly lse: Float64Array } {
  const { batch, nq, nk, w } = sizes;
  const out = new Float64Array(batch * heads * nq * dimV);
  const lse = new Float64Array(batch * heads * nq);
  for (let grid = 0; grid < batch * heads; grid++) {
    const kv = Math.floor(grid / heads) * kvHeads + Math.floor((grid % heads) / (heads / kvHeads));
    for (let row = 0; row < nq; row++) {
      const i = row + nk - nq;
      const live = Array.from({ length: nk }, (_, j) => j).filter((j) => j <= i && i - j < w);
      const scores = live.map((j) => {
        let dot = 0;
        for (let c = 0; c < dim; c++)
          dot += tensors.q[(grid * nq + row) * dim + c] * tensors.k[(kv * nk + j) * dim + c];
        return dot / Math.sqrt(dim);
      });
      const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
      lse[grid * nq + row] = Math.log(sum);
      live.forEach((j, at) => {
        const weight = Math.exp(scores[at]) / sum;
        for (let c = 0; c < dimV; c++)
          out[(grid * nq + row) * dimV + c] += weight * tensors.v[(kv * nk + j) * dimV + c];
      });
    }
  }
  return { out, lse };
}

/** The same numbers at every run, in -0.5 .. 0.5. */
export function sequence(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

export function maxError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let error = 0;
  for (let at = 0; at < expected.length; at++) {
    if (Object.is(actual[at], expected[at])) continue;
    const difference = Math.abs(actual[at] - expected[at]);
    error = Math.max(error, Number.isNaN(difference) ? Infinity : difference);
  }
  return actual.length === expected.length ? error : Infinity;
}
