import type { AttentionDescriptor } from '../../runtime/descriptor.ts';
import { createAttention } from '../../runtime/index.ts';
import { describePass } from '../schedules/describe-schedule.ts';
import { compareResults } from './check-plan.ts';
import { smallTiles } from './check-case.ts';
import type { PreparedCase } from './check-case.ts';
import { forcedDescriptor } from './check-schedules.ts';
import { launchOf } from './fuzz-case.ts';
import { fillArrays } from './predicate.ts';

/** Float32 kernels against float64: 1e-5 of the largest magnitude. */
const tolerance = 1e-5;

/**
 * Runs the WGSL of a case on a device, as it was scheduled and in passes and views drawn from its seed; null where it
 * gives what dense float64 attention gives.
 */
export async function checkKernel(prepared: PreparedCase, device: GPUDevice): Promise<string | null> {
  const planned = await launch(prepared, prepared.descriptor, device);
  if (planned !== null) return planned;
  const forced = forcedDescriptor(prepared, [smallTiles], prepared.fuzzCase.seed);
  const problem = await launch(prepared, forced, device);
  return problem && `${problem}${forced.passes.map((pass) => `\n  ${describePass(pass)}`).join('')}`;
}

async function launch(
  prepared: PreparedCase,
  descriptor: AttentionDescriptor,
  device: GPUDevice,
): Promise<string | null> {
  const { fuzzCase, tensors, reference } = prepared;
  const { batch, nq, nk, layer } = fuzzCase;
  const attention = createAttention(device, descriptor, { target: 'software' });
  try {
    const request = {
      batch,
      nq,
      nk,
      layer,
      launch: launchOf(fuzzCase),
      arrays: fillArrays(fuzzCase) as never,
    };
    const { out, lse } = await attention.forward(tensors, request);
    return compareResults({ out, lse: lse ?? [] }, reference, tolerance);
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  } finally {
    attention.destroy();
  }
}
