import { attendDense } from '../../runtime/reference/attend-dense.ts';
import type { AttentionResult } from '../../runtime/reference/attend-dense.ts';
import { executePlan } from '../../runtime/reference/execute-plan.ts';
import { layoutStrides } from '../../runtime/reference/strides.ts';
import { kernelsOf } from '../schedules/kernels-of.ts';
import type { PreparedCase } from './check-case.ts';
import { headDim } from './print-case.ts';
import { Random } from './random.ts';

/** Tensors of a case in host memory, dense [batch, heads, n, dim]. */
export interface Tensors {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

/** Random tensors. Keys that no query of their head attends hold NaN: nothing may read them. */
export function makeTensors({ fuzzCase, expected }: PreparedCase): Tensors {
  const { batch, heads, kvHeads, nq, nk, seed } = fuzzCase;
  const random = new Random(seed);
  const fill = (length: number) => Float32Array.from({ length }, () => 2 * random.unit() - 1);
  const q = fill(batch * heads * nq * headDim);
  const k = fill(batch * kvHeads * nk * headDim);
  const v = fill(batch * kvHeads * nk * headDim);
  const seen = new Uint8Array(batch * kvHeads * nk);
  expected.forEach((live, at) => {
    const grid = Math.floor(at / (nq * nk));
    const kvHead = Math.floor((grid % heads) / (heads / kvHeads));
    if (live === 1) seen[(Math.floor(grid / heads) * kvHeads + kvHead) * nk + (at % nk)] = 1;
  });
  seen.forEach((isSeen, key) => {
    if (isSeen) return;
    k.fill(NaN, key * headDim, (key + 1) * headDim);
    v.fill(NaN, key * headDim, (key + 1) * headDim);
  });
  return { q, k, v };
}

/** Dense float64 attention over the independent predicates, brought together by the formulas of the language page. */
export function referenceResult(prepared: PreparedCase, tensors: Tensors): AttentionResult {
  const { branches, fuzzCase } = prepared;
  const parts = branches.map((mask) => attendPart(prepared, mask, tensors));
  if (parts.length === 1) return parts[0];
  const out = new Float64Array(parts[0].out.length * (fuzzCase.combine === 'concat' ? parts.length : 1));
  const lse = new Float64Array(fuzzCase.combine === 'concat' ? 0 : parts[0].lse.length);
  parts[0].lse.forEach((_, row) => {
    const largest = Math.max(...parts.map((part) => part.lse[row]));
    const weights = parts.map((part) => (largest === -Infinity ? 0 : Math.exp(part.lse[row] - largest)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (fuzzCase.combine === 'merge') lse[row] = largest === -Infinity ? largest : largest + Math.log(total);
    for (const [at, part] of parts.entries()) {
      for (let d = 0; d < headDim; d++) {
        const value = part.out[row * headDim + d];
        if (fuzzCase.combine === 'concat') out[(row * parts.length + at) * headDim + d] = value;
        else if (total > 0) out[row * headDim + d] += (weights[at] / total) * value;
      }
    }
  });
  return { out, lse };
}

function attendPart(
  { fuzzCase, launched }: PreparedCase,
  mask: Uint8Array,
  tensors: Tensors,
): AttentionResult {
  const { batch, heads, kvHeads, nq, nk } = fuzzCase;
  const { offset } = launched;
  return attendDense({
    batch,
    heads,
    kvHeads,
    nq,
    nk,
    dim: headDim,
    dimV: headDim,
    offset,
    ...tensors,
    isLive: (b, head, i, j) => mask[((b * heads + head) * nq + i - offset) * nk + j] === 1,
    score: { scale: 1 / Math.sqrt(headDim) },
  });
}

/** Strides of the tensors of a case. */
export function denseStrides({ fuzzCase: { heads, kvHeads, nq, nk } }: PreparedCase) {
  const keys = layoutStrides('bhnd', kvHeads, nk, headDim);
  return { q: layoutStrides('bhnd', heads, nq, headDim), k: keys, v: keys };
}

/** The kernel plans, walked in float64, give what dense attention gives. */
export function checkPlan(prepared: PreparedCase): string | null {
  const { descriptor, launched } = prepared;
  const { nq } = prepared.fuzzCase;
  const tensors = makeTensors(prepared);
  const reference = referenceResult(prepared, tensors);
  const strides = denseStrides(prepared);
  for (const purpose of ['tiled', 'small-query'] as const) {
    const kernels = kernelsOf(descriptor, purpose, nq);
    const result = executePlan({ descriptor, kernels, mask: launched, ...tensors, strides });
    const problem = compareResults(result, reference, 1e-12);
    if (problem !== null) return `kernels ${kernels.map(({ name }) => name).join(', ')}: ${problem}`;
  }
  return null;
}

/** Null where out and lse agree to `tolerance`, relative to the largest magnitude; minus infinities must coincide. */
export function compareResults(
  found: { readonly out: ArrayLike<number>; readonly lse: ArrayLike<number> },
  reference: AttentionResult,
  tolerance: number,
): string | null {
  for (const name of ['out', 'lse'] as const) {
    const expected = reference[name];
    const magnitude = expected.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    for (let at = 0; at < expected.length; at++) {
      const same =
        found[name][at] === expected[at] || Math.abs(found[name][at] - expected[at]) <= tolerance * magnitude;
      if (!same) return `${name}[${at}] is ${found[name][at]}, not ${expected[at]}`;
    }
  }
  return null;
}
