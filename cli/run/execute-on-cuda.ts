import type { CudaDescriptor } from '../../runtime/cuda/descriptor.ts';
import { createCudaAttention, type AcquiredCuda } from '../../runtime/cuda/index.ts';
import { entriesOf } from '../../runtime/launch/prepare-cuda-launch.ts';
import type { LaunchRequest } from '../../runtime/launch/launch-request.ts';
import { planTwice } from './execute.ts';
import type { Execution } from './execute.ts';
import type { InputTensors } from './tensors.ts';
import { valuesOf } from './tensors.ts';

/**
 * Runs an attention on a CUDA device, `repetitions` more times for the clock.
 *
 * @throws {DeviceError} where the device cannot run it; {SparsecError} where an argument does not fit.
 */
export async function executeOnCuda(
  { device }: AcquiredCuda,
  descriptor: CudaDescriptor,
  request: LaunchRequest,
  tensors: InputTensors,
  repetitions: number,
): Promise<Execution> {
  const attention = createCudaAttention(device, descriptor);
  try {
    const { plan, planMilliseconds, prepareMilliseconds } = await planTwice(() => attention.plan(request));
    const host = { q: tensors.q.stored, k: tensors.k.stored, v: tensors.v.stored };
    const launch = () => attention.forward(host, { plan, time: true });
    const { out, lse, milliseconds: first } = await launch();
    const milliseconds = [first!];
    for (let more = 0; more < repetitions; more++) milliseconds.push((await launch()).milliseconds!);
    return {
      out: valuesOf(out, descriptor.dtype),
      lse,
      milliseconds,
      timedBy: 'CUDA events',
      planMilliseconds,
      prepareMilliseconds,
      kernels: entriesOf(plan.launch),
    };
  } finally {
    attention.destroy();
  }
}
