import type { AttentionModel } from '../../runtime/descriptor.ts';
import type { TensorLayouts } from '../../runtime/launch/tensor-layout.ts';
import type { BoundMask } from '../../runtime/mask/bound/bound-mask.ts';
import { RowEvaluator } from '../../runtime/mask/exact/evaluate-row.ts';
import { attendBranches } from '../../runtime/reference/attend-branches.ts';
import type { BranchedProblem } from '../../runtime/reference/attend-branches.ts';
import type { DenseScore } from '../../runtime/reference/attend-dense.ts';
import { bindScore } from '../../runtime/reference/bind-score.ts';
import { weighingErrors } from '../../runtime/reference/weighing-error.ts';
import type { LaunchedUnit } from '../launch-unit.ts';
import { randomIntegers } from './random-tensor.ts';
import type { InputTensors } from './tensors.ts';

/** One row of the output: batch item, query head, query row. */
export interface RowIndex {
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

/** Multiply-adds that the reference may take: some seconds. */
const budget = 2e9;
const fewestRows = 64;

/**
 * The rows to hold against the reference: all where that takes seconds, else the first and last row of every head
 * and a random choice from `seed`.
 */
export function chooseRows(unit: LaunchedUnit, descriptor: AttentionModel, seed: number): RowIndex[] {
  const { batch, nq, nk } = unit;
  const { heads, dim, dimV } = descriptor;
  const all = batch * heads * nq;
  const affordable = Math.max(fewestRows, Math.floor(budget / (nk * (dim + dimV))));
  const indexOf = (at: number): RowIndex => ({
    batch: Math.floor(at / (heads * nq)),
    head: Math.floor(at / nq) % heads,
    row: at % nq,
  });
  if (all <= affordable) return Array.from({ length: all }, (_, at) => indexOf(at));
  const chosen = new Set<number>();
  for (let grid = 0; grid < batch * heads && chosen.size < affordable; grid++) {
    chosen.add(grid * nq).add(grid * nq + nq - 1);
  }
  const draw = randomIntegers(all, seed);
  while (chosen.size < affordable) chosen.add(draw());
  return [...chosen].sort((a, b) => a - b).map(indexOf);
}

/**
 * Rows of the float64 reference: `out` [rows, dimOut], `lse` [rows] (NaN where there is none), and without a softmax how far
 * each element of `out` may be off.
 */
export function referenceRows(
  unit: LaunchedUnit,
  descriptor: AttentionModel,
  layouts: TensorLayouts,
  tensors: InputTensors,
  rows: readonly RowIndex[],
): { readonly out: Float64Array; readonly lse: Float64Array; readonly errors: Float64Array | null } {
  const { nk, offset, mask, branches } = unit;
  const { heads, kvHeads, dim, dimV, dimOut, combine } = descriptor;
  const score = bindScore(descriptor, mask.scalars, mask.arrays);
  const out = new Float64Array(rows.length * dimOut);
  const lse = new Float64Array(rows.length);
  const { weights } = score;
  const errors = weights === undefined ? null : new Float64Array(out.length);
  const evaluators = new Map<BoundMask, RowEvaluator>();
  const from = (name: 'q' | 'k' | 'v', { batch, head, row }: RowIndex): Float64Array => {
    const { strides } = layouts[name];
    return tensors[name].values.subarray(batch * strides.batch + head * strides.head + row * strides.row);
  };
  const alone = (row: number) => ({ batch: 0, head: 0, row });
  rows.forEach((index, at) => {
    const live = branches.map((bind) => {
      const bound = bind(index.batch, index.head);
      const evaluator = evaluators.get(bound) ?? new RowEvaluator(bound, nk);
      evaluators.set(bound, evaluator);
      return evaluator.row(index.row + offset).slice();
    });
    const keyValueHead = { batch: index.batch, head: Math.floor(index.head / (heads / kvHeads)), row: 0 };
    const problem: BranchedProblem = {
      combine,
      batch: 1,
      heads: 1,
      kvHeads: 1,
      nq: 1,
      nk,
      dim,
      dimV,
      offset: index.row + offset,
      q: from('q', index),
      k: from('k', keyValueHead),
      v: from('v', keyValueHead),
      strides: { q: alone(dim), k: alone(layouts.k.strides.row), v: alone(layouts.v.strides.row) },
      branches: live.map((keys) => (_batch: number, _head: number, _i: number, j: number) => keys[j] !== 0),
      score: scoreOfHead(score, index),
    };
    const result = attendBranches(problem);
    out.set(result.out, at * dimOut);
    lse[at] = result.lse[0] ?? NaN;
    if (weights !== undefined) errors?.set(weighingErrors(problem, weights, descriptor.dtype), at * dimOut);
  });
  return { out, lse, errors };
}

/** The rows that the reference was asked for, out of what a device computed. */
export function pickRows(
  computed: { readonly out: Float64Array; readonly lse: Float32Array | undefined },
  layouts: TensorLayouts,
  rows: readonly RowIndex[],
): { readonly out: Float64Array; readonly lse: Float64Array | null } {
  const { strides, dim } = layouts.out;
  const out = new Float64Array(rows.length * dim);
  rows.forEach(({ batch, head, row }, at) => {
    const start = batch * strides.batch + head * strides.head + row * strides.row;
    out.set(computed.out.subarray(start, start + dim), at * dim);
  });
  const { lse } = computed;
  const first = layouts.lse.strides;
  const lseAt = ({ batch, head, row }: RowIndex) => batch * first.batch + head * first.head + row * first.row;
  return { out, lse: lse ? Float64Array.from(rows, (index) => lse[lseAt(index)]) : null };
}

/** The score of one (batch, head) as that of a problem with one head. */
function scoreOfHead(score: DenseScore, { batch, head }: RowIndex): DenseScore {
  const { scale, softcap, rowScale, slope, keyBias, sink, bias, change, denominatorScale, weights } = score;
  return {
    scale,
    softcap,
    rowScale,
    weights,
    ...(slope && { slope: () => slope(head) }),
    ...(keyBias && { keyBias: (_batch: number, _head: number, j: number) => keyBias(batch, head, j) }),
    ...(sink && { sink: () => sink(head) }),
    ...(bias && { bias: (_batch: number, _head: number, i: number, j: number) => bias(batch, head, i, j) }),
    ...(change && {
      change: (s: number, _batch: number, _head: number, i: number, j: number) =>
        change(s, batch, head, i, j),
    }),
    ...(denominatorScale && {
      denominatorScale: (_batch: number, _head: number, i: number) => denominatorScale(batch, head, i),
    }),
  };
}
