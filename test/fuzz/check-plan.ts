import type { BranchedProblem } from '../../runtime/reference/attend-branches.ts';
import { attendDense } from '../../runtime/reference/attend-dense.ts';
import type { AttentionResult, DenseScore } from '../../runtime/reference/attend-dense.ts';
import { executePlan } from '../../runtime/reference/execute-plan.ts';
import { layoutStrides } from '../../runtime/reference/strides.ts';
import { weighingErrors } from '../../runtime/reference/weighing-error.ts';
import { kernelsOf } from '../schedules/kernels-of.ts';
import type { PreparedCase } from './check-case.ts';
import { arrange } from './arrange-tensor.ts';
import { offsetOf } from './fuzz-case.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { scoreOfCase } from './predicate.ts';
import { headDim } from './generate-tensors.ts';
import { Random } from './random.ts';
import { weighRows } from './weigh.ts';

/** Tensors of a case in host memory, dense [batch, heads, n, dim]. */
export interface Tensors {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

/** Random tensors. Keys that no query of their head attends hold NaN: nothing may read them. */
export function makeTensors(
  { batch, heads, kvHeads, nq, nk, seed, storage: { dimV } }: FuzzCase,
  expected: Uint8Array,
): Tensors {
  const random = new Random(seed);
  const fill = (length: number) => Float32Array.from({ length }, () => 2 * random.unit() - 1);
  const q = fill(batch * heads * nq * headDim);
  const k = fill(batch * kvHeads * nk * headDim);
  const v = fill(batch * kvHeads * nk * dimV);
  const seen = new Uint8Array(batch * kvHeads * nk);
  expected.forEach((live, at) => {
    const grid = Math.floor(at / (nq * nk));
    const kvHead = Math.floor((grid % heads) / (heads / kvHeads));
    if (live === 1) seen[(Math.floor(grid / heads) * kvHeads + kvHead) * nk + (at % nk)] = 1;
  });
  seen.forEach((isSeen, key) => {
    if (isSeen) return;
    k.fill(NaN, key * headDim, (key + 1) * headDim);
    v.fill(NaN, key * dimV, (key + 1) * dimV);
  });
  return { q, k, v };
}

/** Dense float64 attention over the independent predicates, brought together by the formulas of the language page. */
export function referenceResult(
  fuzzCase: FuzzCase,
  branches: readonly Uint8Array[],
  tensors: Tensors,
): AttentionResult {
  const score = scoreOfCase(fuzzCase);
  const { weights } = fuzzCase;
  if (weights !== null) {
    const out = weighRows(problemOf(fuzzCase, branches, tensors), weights);
    return { out, lse: new Float64Array(0) };
  }
  if (branches.length === 1) return attendPart(fuzzCase, branches[0], tensors, score);
  // A merge has one denominator: the sink joins it once.
  const own: DenseScore =
    fuzzCase.combine === 'concat' ? score : { ...score, sink: undefined, denominatorScale: undefined };
  const parts = branches.map((mask) => attendPart(fuzzCase, mask, tensors, own));
  const { heads, nq } = fuzzCase;
  const { dimV } = fuzzCase.storage;
  const out = new Float64Array(parts[0].out.length * (fuzzCase.combine === 'concat' ? parts.length : 1));
  const lse = new Float64Array(fuzzCase.combine === 'concat' ? 0 : parts[0].lse.length);
  parts[0].lse.forEach((_, row) => {
    const largest = Math.max(...parts.map((part) => part.lse[row]));
    const weights = parts.map((part) => (largest === -Infinity ? 0 : Math.exp(part.lse[row] - largest)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (fuzzCase.combine === 'merge') lse[row] = largest === -Infinity ? largest : largest + Math.log(total);
    const [grid, head] = [Math.floor(row / nq), Math.floor(row / nq) % heads];
    const joined = total + (score.sink ? Math.exp(score.sink(head) - largest) : 0);
    const i = (row % nq) + offsetOf(fuzzCase);
    const denominator = joined * (score.denominatorScale?.(Math.floor(grid / heads), head, i) ?? 1);
    for (const [at, part] of parts.entries()) {
      for (let d = 0; d < dimV; d++) {
        const value = part.out[row * dimV + d];
        if (fuzzCase.combine === 'concat') out[(row * parts.length + at) * dimV + d] = value;
        else if (total > 0) out[row * dimV + d] += (weights[at] / denominator) * value;
      }
    }
  });
  return { out, lse };
}

/** How far each element of out may be off without a softmax; null with one. */
export function explainedErrors(
  fuzzCase: FuzzCase,
  branches: readonly Uint8Array[],
  tensors: Tensors,
  dtype: 'f32' | 'f16',
): Float64Array | null {
  const { weights } = fuzzCase;
  return weights === null ? null : weighingErrors(problemOf(fuzzCase, branches, tensors), weights, dtype);
}

function problemOf(fuzzCase: FuzzCase, branches: readonly Uint8Array[], tensors: Tensors): BranchedProblem {
  const { batch, heads, kvHeads, nq, nk } = fuzzCase;
  const offset = offsetOf(fuzzCase);
  return {
    ...{ batch, heads, kvHeads, nq, nk, offset },
    dim: headDim,
    dimV: fuzzCase.storage.dimV,
    ...tensors,
    score: scoreOfCase(fuzzCase),
    combine: branches.length === 1 ? 'single' : 'concat',
    branches: branches.map(
      (mask) => (b, head, i, j) => mask[((b * heads + head) * nq + i - offset) * nk + j] === 1,
    ),
  };
}

function attendPart(
  fuzzCase: FuzzCase,
  mask: Uint8Array,
  tensors: Tensors,
  score: DenseScore,
): AttentionResult {
  const { batch, heads, kvHeads, nq, nk } = fuzzCase;
  const offset = offsetOf(fuzzCase);
  return attendDense({
    batch,
    heads,
    kvHeads,
    nq,
    nk,
    dim: headDim,
    dimV: fuzzCase.storage.dimV,
    offset,
    ...tensors,
    isLive: (b, head, i, j) => mask[((b * heads + head) * nq + i - offset) * nk + j] === 1,
    score,
  });
}

/** The tensors of a case in the order of axes that it asks for. */
export function storeTensors(
  { batch, heads, kvHeads, nq, nk, storage: { dimV, layout } }: FuzzCase,
  { q, k, v }: Tensors,
): Tensors {
  const keys = { batch, heads: kvHeads, rows: nk };
  return {
    q: arrange(q, { batch, heads, rows: nq, width: headDim }, layout),
    k: arrange(k, { ...keys, width: headDim }, layout),
    v: arrange(v, { ...keys, width: dimV }, layout),
  };
}

/** Strides of the stored tensors of a case. */
export function storedStrides({ heads, kvHeads, nq, nk, storage: { dimV, layout } }: FuzzCase) {
  return {
    q: layoutStrides(layout, heads, nq, headDim),
    k: layoutStrides(layout, kvHeads, nk, headDim),
    v: layoutStrides(layout, kvHeads, nk, dimV),
  };
}

/** The kernel plans, walked in float64, give what dense attention gives. */
export function checkPlan(prepared: PreparedCase): string | null {
  const { fuzzCase, descriptor, launched, stored, reference } = prepared;
  const { nq } = fuzzCase;
  const strides = storedStrides(fuzzCase);
  for (const purpose of ['tiled', 'small-query'] as const) {
    const kernels = kernelsOf(descriptor, purpose, nq);
    const result = executePlan({ descriptor, kernels, mask: launched, ...stored, strides });
    const problem = compareResults(result, reference, 1e-12);
    if (problem !== null) return `kernels ${kernels.map(({ name }) => name).join(', ')}: ${problem}`;
  }
  return null;
}

/**
 * Null where out (to `ofOut`) and lse agree to `tolerance`, relative to the largest magnitude; minus infinities must
 * coincide. `ofOut` may be an absolute tolerance for each element.
 */
export function compareResults(
  found: { readonly out: ArrayLike<number>; readonly lse: ArrayLike<number> },
  reference: AttentionResult,
  tolerance: number,
  ofOut: number | Float64Array = tolerance,
): string | null {
  for (const name of ['out', 'lse'] as const) {
    const expected = reference[name];
    const bound = name === 'out' ? ofOut : tolerance;
    const magnitude = expected.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    for (let at = 0; at < expected.length; at++) {
      const most = typeof bound === 'number' ? bound * magnitude : bound[at];
      const same = found[name][at] === expected[at] || Math.abs(found[name][at] - expected[at]) <= most;
      if (!same) return `${name}[${at}] is ${found[name][at]}, not ${expected[at]}`;
    }
  }
  return null;
}
