import type { CompiledUnit } from '../../compiler/index.ts';
import type { LaunchRequest } from '../../runtime/launch/launch-request.ts';
import type { AcquiredDevice } from '../../runtime/node/index.ts';
import { createAttention } from '../../runtime/webgpu/create-attention.ts';
import { InputError } from '../failures.ts';
import { valuesOf } from '../run/tensors.ts';
import type { InputTensors } from '../run/tensors.ts';
import type { Contender } from './contender.ts';

/**
 * The WGSL kernels of a unit on a WebGPU device.
 *
 * @throws {InputError} where the device has no timestamp queries: there is nothing to measure with.
 */
export async function openWebGpuContender(
  { device, description }: AcquiredDevice,
  { descriptor }: CompiledUnit,
  request: LaunchRequest,
  tensors: InputTensors,
): Promise<Contender> {
  if (!descriptor) throw new Error('the candidate was compiled for another target');
  const attention = createAttention(device, descriptor);
  const plan = await attention.plan(request);
  const host = { q: tensors.q.stored, k: tensors.k.stored, v: tensors.v.stored };
  const run: Contender['run'] = async () => {
    const { out, lse, milliseconds } = await attention.forward(host, { plan, time: true });
    if (milliseconds === null)
      throw new InputError(`${description} has no timestamp queries to measure with`);
    return { out: valuesOf(out, descriptor.dtype), lse, milliseconds };
  };
  return {
    kernels: plan.launch.passes.map(({ kernel }) => kernel.name),
    facts: null,
    run,
    time: async () => (await run()).milliseconds,
    close: () => attention.destroy(),
  };
}
