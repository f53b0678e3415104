import type { CompiledUnit } from '../../compiler/index.ts';
import type { HostArrays } from '../../runtime/arrays.ts';
import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { feedArrays, launchMask, launchScalars } from '../../runtime/mask/index.ts';
import type { AttentionResult } from '../../runtime/reference/attend-dense.ts';
import { executePlan } from '../../runtime/reference/execute-plan.ts';
import { layoutStrides } from '../../runtime/reference/strides.ts';
import type { schedulePass } from '../../runtime/schedule/schedule-pass.ts';
import { Random } from '../fuzz/random.ts';
import { kernelsOf } from '../schedules/kernels-of.ts';

/** Dense [batch, heads, n, dim]. */
export interface Tensors {
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly v: Float64Array;
}

/** One launch of an example, everything that a property may change. */
export interface Run {
  readonly descriptor: AttentionDescriptor;
  readonly batch: number;
  readonly nq: number;
  readonly nk: number;
  readonly arrays: HostArrays;
  readonly tensors: Tensors;
  readonly layout: 'bhnd' | 'bnhd';
  readonly schedule?: typeof schedulePass;
}

export function launchOf({ descriptor }: CompiledUnit, batch: number, n: number): Run {
  if (descriptor === null) throw new Error('the example has no descriptor');
  const sizes = { batch, nq: n, nk: n };
  const arrays = feedArrays(descriptor.inputs, {}, launchScalars(descriptor, sizes));
  return { descriptor, ...sizes, arrays, tensors: randomTensors(descriptor, sizes), layout: 'bhnd' };
}

/** What a run computes, walked in float64. */
export function execute(run: Run): AttentionResult {
  const { descriptor, batch, nq, nk, arrays, layout, schedule } = run;
  const { heads, kvHeads, dim, dimV } = descriptor;
  const strides = {
    q: layoutStrides(layout, heads, nq, dim),
    k: layoutStrides(layout, kvHeads, nk, dim),
    v: layoutStrides(layout, kvHeads, nk, dimV),
  };
  const tensors = layout === 'bhnd' ? run.tensors : inOtherLayout(run);
  const mask = launchMask(descriptor, { batch, nq, nk, arrays });
  const kernels = kernelsOf(descriptor, 'tiled', nq);
  return executePlan({ descriptor, kernels, mask, ...tensors, strides, schedule });
}

function randomTensors(
  { heads, kvHeads, dim, dimV }: AttentionDescriptor,
  { batch, nq, nk }: { readonly batch: number; readonly nq: number; readonly nk: number },
): Tensors {
  const random = new Random(batch + nq);
  const fill = (length: number) => Float64Array.from({ length }, () => 2 * random.unit() - 1);
  return {
    q: fill(batch * heads * nq * dim),
    k: fill(batch * kvHeads * nk * dim),
    v: fill(batch * kvHeads * nk * dimV),
  };
}

/** From [batch, heads, n, dim] to [batch, n, heads, dim]. */
function inOtherLayout({ descriptor, batch, nq, nk, tensors }: Run): Tensors {
  const { heads, kvHeads, dim, dimV } = descriptor;
  return {
    q: turned(tensors.q, batch, heads, nq, dim),
    k: turned(tensors.k, batch, kvHeads, nk, dim),
    v: turned(tensors.v, batch, kvHeads, nk, dimV),
  };
}

function turned(values: Float64Array, batch: number, heads: number, n: number, width: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < n; row++) {
        const from = ((b * heads + head) * n + row) * width;
        result.set(values.subarray(from, from + width), ((b * n + row) * heads + head) * width);
      }
    }
  }
  return result;
}

/** Rows of `width` elements of a tensor in another order: row `at` of the result is row `rowOf(at)`. */
export function permuteRows(
  values: Float64Array,
  width: number,
  rowOf: (at: number) => number,
): Float64Array {
  const result = new Float64Array(values.length);
  for (let at = 0; at < values.length / width; at++) {
    const from = rowOf(at) * width;
    result.set(values.subarray(from, from + width), at * width);
  }
  return result;
}
