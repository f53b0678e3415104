/** Does query i see key j? */
export type Pattern = (i: number, j: number) => boolean;

interface Tensors {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

/** Attention from its definition, in float64, one pair after the other: [heads, n, dim]. */
export function attend(
  { q, k, v }: Tensors,
  { heads, n, dim }: { readonly heads: number; readonly n: number; readonly dim: number },
  sees: Pattern,
): Float64Array {
  const out = new Float64Array(heads * n * dim);
  for (let head = 0; head < heads; head++) {
    const rowOf = (i: number): number => (head * n + i) * dim;
    for (let i = 0; i < n; i++) {
      let total = 0;
      for (let j = 0; j < n; j++) {
        if (!sees(i, j)) continue;
        let dot = 0;
        for (let c = 0; c < dim; c++) dot += q[rowOf(i) + c] * k[rowOf(j) + c];
        const weight = Math.exp(dot / Math.sqrt(dim));
        total += weight;
        for (let c = 0; c < dim; c++) out[rowOf(i) + c] += weight * v[rowOf(j) + c];
      }
      if (total === 0) continue;
      for (let c = 0; c < dim; c++) out[rowOf(i) + c] /= total;
    }
  }
  return out;
}
