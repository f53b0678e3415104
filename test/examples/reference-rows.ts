import type { HostArrays } from '../../runtime/arrays.ts';
import type { AttentionModel } from '../../runtime/descriptor.ts';
import type { TensorLayouts } from '../../runtime/launch/tensor-layout.ts';
import { launchMask } from '../../runtime/mask/index.ts';
import { attendBranches } from '../../runtime/reference/attend-branches.ts';
import type { BranchedProblem } from '../../runtime/reference/attend-branches.ts';
import { bindScore } from '../../runtime/reference/bind-score.ts';
import { weighingErrors } from '../../runtime/reference/weighing-error.ts';
import type { LaunchCase } from './launch-cases.ts';
import type { Branches, Predicate } from './predicates.ts';
import type { SampledRow } from './sample-rows.ts';

export type Tensors = Readonly<Record<'q' | 'k' | 'v', Float32Array>>;

/**
 * `out` [rows, dimOut] and `lse` [rows] of one item of the batch, whose tensors are given: dense float64 attention over
 * the pairs that `keeps` says. Without a softmax `errors` says how far each element of `out` may be off.
 */
export function referenceRows(
  descriptor: AttentionModel,
  launch: LaunchCase & { readonly arrays: HostArrays; readonly batch?: number; readonly item?: number },
  tensors: Tensors,
  layouts: TensorLayouts,
  keeps: Predicate | Branches,
  rows: readonly SampledRow[],
): { readonly out: Float64Array; readonly lse: Float64Array; readonly errors: Float64Array | null } {
  const { heads, kvHeads, dim, dimV, dimOut } = descriptor;
  const several = typeof keeps === 'function' ? null : keeps;
  const attends = typeof keeps === 'function' ? [keeps] : Object.values(keeps.attends);
  const { nk, layer, batch = 1, item = 0 } = launch;
  const launched = launchMask(descriptor, { ...launch, batch });
  const score = bindScore(descriptor, launched.scalars, launched.arrays);
  const out = new Float64Array(rows.length * dimOut);
  const lse = new Float64Array(rows.length);
  const errors = score.weights === undefined ? null : new Float64Array(rows.length * dimOut);
  const alone = (row: number) => ({ batch: 0, head: 0, row });
  rows.forEach(({ head, row }, at) => {
    const group = Math.floor(head / (heads / kvHeads));
    const problem: BranchedProblem = {
      combine: several?.combine ?? 'single',
      batch: 1,
      heads: 1,
      kvHeads: 1,
      nq: 1,
      nk,
      dim,
      dimV,
      offset: row + launched.offset,
      q: tensors.q.subarray(head * layouts.q.strides.head + row * layouts.q.strides.row),
      k: tensors.k.subarray(group * layouts.k.strides.head),
      v: tensors.v.subarray(group * layouts.v.strides.head),
      strides: { q: alone(dim), k: alone(layouts.k.strides.row), v: alone(layouts.v.strides.row) },
      branches: attends.map(
        (keepsPair) => (_batch: number, _head: number, i: number, j: number) =>
          keepsPair({ i, j, n: nk, nq: launch.nq, head, layer, arrays: launched.arrays }),
      ),
      score: {
        ...score,
        ...(score.slope && { slope: () => score.slope!(head) }),
        ...(score.sink && { sink: () => score.sink!(head) }),
        ...(score.keyBias && {
          keyBias: (_batch: number, _head: number, j: number) => score.keyBias!(item, head, j),
        }),
        ...(score.bias && {
          bias: (_batch: number, _head: number, i: number, j: number) => score.bias!(item, head, i, j),
        }),
        ...(score.change && {
          change: (s: number, _batch: number, _head: number, i: number, j: number) =>
            score.change!(s, item, head, i, j),
        }),
        ...(score.denominatorScale && {
          denominatorScale: (_batch: number, _head: number, i: number) =>
            score.denominatorScale!(item, head, i),
        }),
      },
    };
    const result = attendBranches(problem);
    out.set(result.out, at * dimOut);
    lse[at] = result.lse[0];
    if (score.weights !== undefined)
      errors?.set(weighingErrors(problem, score.weights, descriptor.dtype), at * dimOut);
  });
  return { out, lse, errors };
}
