import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { chooseKernels } from '../../runtime/launch/choose-kernel.ts';
import type { TensorLayouts } from '../../runtime/launch/tensor-layout.ts';
import { executePlan } from '../../runtime/reference/execute-plan.ts';
import { anyDevice } from '../any-device.ts';
import type { LaunchedUnit } from '../launch-unit.ts';
import type { Execution } from './execute.ts';
import type { InputTensors } from './tensors.ts';

/**
 * Walks the kernel plan in float64, without a device: slow, for small launches. It shares the schedule with the kernels
 * and nothing with the dense reference that the result is held against.
 */
export function executeByReference(
  descriptor: AttentionDescriptor,
  unit: LaunchedUnit,
  layouts: TensorLayouts,
  tensors: InputTensors,
): Execution {
  const planStart = performance.now();
  const kernels = chooseKernels(descriptor, unit.nq, anyDevice, 'software');
  const start = performance.now();
  const { out, lse } = executePlan({
    descriptor,
    kernels,
    mask: unit.mask,
    q: tensors.q.values,
    k: tensors.k.values,
    v: tensors.v.values,
    strides: { q: layouts.q.strides, k: layouts.k.strides, v: layouts.v.strides },
  });
  return {
    out: layOut(out, layouts),
    lse: descriptor.outputs.includes('lse') ? Float32Array.from(lse) : undefined,
    milliseconds: [performance.now() - start],
    timedBy: 'wall clock',
    planMilliseconds: start - planStart,
    prepareMilliseconds: 0,
    kernels: kernels.map(({ name }) => name),
  };
}

/** From [batch, heads, nq, dimOut] to the layout of the launch. */
function layOut(dense: Float64Array, { out }: TensorLayouts): Float64Array {
  const { batch, heads, rows, dim, strides } = out;
  const result = new Float64Array(out.extent);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let row = 0; row < rows; row++) {
        const from = ((b * heads + h) * rows + row) * dim;
        result.set(
          dense.subarray(from, from + dim),
          b * strides.batch + h * strides.head + row * strides.row,
        );
      }
    }
  }
  return result;
}
